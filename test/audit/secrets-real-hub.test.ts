import { newSalt, searchSecrets, secretFingerprint } from '@hubkeeper/audit'
import { parseConfig } from '@hubkeeper/core'
import { localTexts } from '@hubkeeper/local'
import { describe, expect, it } from 'vitest'
import { realHub, withoutRealHub } from '../support/real-hub.ts'

describe.skipIf(realHub === null)(`a real hub (needs it: ${withoutRealHub})`, () => {
  it('has no secret in its configuration and logs, and none is made up', async () => {
    const config = {
      hubs: { hub: { database: { path: 'ai_knowledge_hub/knowledge_hub.db' }, logs: { files: ['logs/*'] } } },
    }
    const hub = parseConfig(JSON.stringify(config), 'hubkeeper.json').hubs.hub
    if (hub === undefined || realHub === null) throw new Error('no hub')
    const texts = localTexts({ root: realHub, hub, own: [] }).texts()
    const found = await searchSecrets(texts, { fingerprint: secretFingerprint(newSalt()) })
    expect(found.findings).toEqual([])
    expect(found.unsearched).toEqual([])
    // What was there to be searched really was.
    expect(found.places).toBeGreaterThan(8)
    expect(found.characters).toBeGreaterThan(2_000_000)
  })
})
