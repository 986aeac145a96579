import { ConfigurationError, configJsonSchema, parseConfig } from '@hubkeeper/core'
import { describe, expect, it } from 'vitest'

const parse = (hub: object) => parseConfig(JSON.stringify({ hubs: { hub } }), 'hubkeeper.json')

function problemOf(hub: object): string {
  try {
    parse(hub)
  } catch (error) {
    if (error instanceof ConfigurationError) return error.message
    throw error
  }
  throw new Error('was accepted')
}

const database = { path: 'data/hub.db' }

describe('a configuration', () => {
  it('needs nothing but the database’s path', () => {
    const { hub } = parse({ database }).hubs
    expect(hub).toMatchObject({ root: '.', timeZone: 'UTC', database: { lockTimeoutSeconds: 30 } })
  })

  it('refuses an unknown key, names its place and suggests the right one', () => {
    expect(problemOf({ database, backup: {} })).toContain(
      'hubs.hub: unknown key "backup"; did you mean "backups"?',
    )
    expect(problemOf({ database: { path: 'a.db', autority: 'server' } })).toContain(
      'hubs.hub.database: unknown key "autority"; did you mean "authority"?',
    )
  })

  it('lists the known keys where none is close', () => {
    expect(problemOf({ database, colour: 'red' })).toContain('known are root, timeZone, database')
  })

  it('refuses a wrong type, and shows the value', () => {
    expect(problemOf({ database: { path: 7 } })).toMatch(
      /hubs\.hub\.database\.path: expected string.*\(it is 7\)/,
    )
  })

  it.each(['/etc/passwd', '../other/hub.db', 'a/../../b.db', 'C:\\hub.db'])(
    'refuses the path %s outside the hub',
    (path) => {
      expect(problemOf({ database: { path } })).toContain('must lie inside the hub’s directory')
    },
  )

  it('refuses a time zone that does not exist', () => {
    expect(problemOf({ database, timeZone: 'Mars/Olympus' })).toContain('must be an IANA time zone')
  })

  it('refuses a service without a way to recognise it, and with two', () => {
    expect(problemOf({ database, services: [{ name: 'hub' }] })).toContain('needs exactly one of')
    expect(problemOf({ database, services: [{ name: 'hub', port: 1, unit: 'x' }] })).toContain(
      'needs exactly one of',
    )
  })

  it('takes limits only for checks that have some', () => {
    const limits = { warning: 1, critical: 2 }
    expect(parse({ database, thresholds: { 'api.response-time': limits } }).hubs.hub?.thresholds).toEqual({
      'api.response-time': limits,
    })
    expect(problemOf({ database, thresholds: { 'database.integrity': limits } })).toContain('thresholds')
  })

  it('reports every problem at once', () => {
    expect(problemOf({ database: { path: 7 }, timeZone: 'x', backup: {} }).split('\n')).toHaveLength(4)
  })

  it('says where JSON is broken', () => {
    expect(() => parseConfig('{"hubs": }', 'hubkeeper.json')).toThrow(
      /hubkeeper\.json is not JSON: .*Unexpected token '}'/,
    )
  })

  it('refuses a configuration without hubs, and an id that is no plain name', () => {
    expect(() => parseConfig('{"hubs": {}}', 'f')).toThrow('at least one hub')
    expect(() => parseConfig(JSON.stringify({ hubs: { 'My Hub': { database } } }), 'f')).toThrow(
      'a hub’s id is',
    )
  })

  it('has a JSON Schema for editors that knows the same keys', () => {
    expect(JSON.stringify(configJsonSchema())).toContain('crossCheckMaxBytes')
  })
})
