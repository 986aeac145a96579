import { configSchema } from '@hubkeeper/core'
import { describe, expect, it } from 'vitest'

const withAnalysis = (analysis: object) =>
  configSchema.safeParse({ hubs: { hub: { database: { path: 'hub.db' }, analysis } } })

describe('what is analysed', () => {
  it.each(['//elsewhere.example/reindex', '/\\elsewhere.example/reindex', 'reindex', ''])(
    'has no request to reindex that could reach another host: %j',
    (path) => {
      expect(withAnalysis({ searchIndex: { reindex: { path } } }).success).toBe(false)
    },
  )

  it.each(['/', '/api/v1/reindex', '/api//reindex?all=1'])('has one of the hub’s own API: %j', (path) => {
    expect(withAnalysis({ searchIndex: { reindex: { path } } }).success).toBe(true)
  })

  it('has an age of content that a calendar can hold', () => {
    expect(withAnalysis({ content: { staleDays: 36_500 } }).success).toBe(true)
    expect(withAnalysis({ content: { staleDays: 1e12 } }).success).toBe(false)
  })
})
