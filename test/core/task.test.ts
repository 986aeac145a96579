import {
  type BackupReader,
  type BackupWriter,
  type Context,
  type DatabaseMaintainer,
  type DatabaseReader,
  defineTask,
  hubSchema,
  onDemand,
} from '@hubkeeper/core'
import { describe, expect, expectTypeOf, it } from 'vitest'
import * as z from 'zod'
import { contextOf } from '../support/context.ts'

describe('the access that a task declares', () => {
  it('is the type of the context it receives', () => {
    type Reading = Context<{ readonly database: 'read'; readonly backups: 'read' }>
    expectTypeOf<Reading['database']>().toEqualTypeOf<DatabaseReader>()
    expectTypeOf<Reading['backups']>().toEqualTypeOf<BackupReader>()
    type Maintaining = Context<{ readonly database: 'maintain'; readonly backups: 'write' }>
    expectTypeOf<Maintaining['database']>().toEqualTypeOf<DatabaseMaintainer>()
    expectTypeOf<Maintaining['backups']>().toEqualTypeOf<BackupWriter>()
  })

  it('leaves no name for what was not declared', () => {
    type Reading = Context<{ readonly backups: 'read' }>
    expectTypeOf<Reading>().not.toHaveProperty('database')
    expectTypeOf<Reading>().not.toHaveProperty('host')
    expectTypeOf<Reading['backups']>().not.toHaveProperty('create')
  })

  it('is inferred by defineTask from the definition itself', () => {
    defineTask({
      name: 'probe',
      title: 'Probe',
      summary: 'for this test',
      schedule: onDemand,
      access: { database: 'read' },
      limits: { memory: 128, timeout: 1000, scratch: 0 },
      writes: false,
      input: z.strictObject({ deep: z.boolean().default(false) }),
      async run(context, input) {
        expectTypeOf(context.database).toEqualTypeOf<DatabaseReader>()
        expectTypeOf(context).not.toHaveProperty('backups')
        expectTypeOf(input.deep).toEqualTypeOf<boolean>()
        return { findings: [] }
      },
    })
  })

  it('has to be met at run time as well', async () => {
    const task = defineTask({
      name: 'probe',
      title: 'Probe',
      summary: 'for this test',
      schedule: onDemand,
      access: { host: 'read' },
      limits: { memory: 128, timeout: 1000, scratch: 0 },
      writes: false,
      input: z.strictObject({}),
      run: async () => ({ findings: [] }),
    })
    const base = contextOf({ ...hubSchema.parse({ database: { path: 'a.db' } }), id: 'h' }, new Date())
    await expect(task.start(base, async () => ({}), {})).rejects.toThrow('was not given all of host')
  })
})
