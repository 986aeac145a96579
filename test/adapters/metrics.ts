import type { Datapoint, MetricsPublisher, MetricsReader } from '@hubkeeper/core'
import { describe, expect, it } from 'vitest'

/** What everything that keeps metrics does, whatever it stands on. */
export function metricsContract(
  name: string,
  makeMetrics: () => Promise<MetricsPublisher & MetricsReader>,
): void {
  describe(`${name}, for metrics`, () => {
    const point = (at: string, value: number, changes: Partial<Datapoint> = {}): Datapoint => ({
      hub: 'hub',
      name: 'size',
      subject: null,
      value,
      unit: 'bytes',
      at: new Date(at),
      ...changes,
    })
    const query = {
      hub: 'hub',
      name: 'size',
      from: new Date('2026-11-23T12:00:00Z'),
      to: new Date('2026-11-25T00:00:00Z'),
    }

    it('are read back by time, oldest first, over days', async () => {
      const metrics = await makeMetrics()
      await metrics.publish([point('2026-11-24T10:00:00Z', 3), point('2026-11-23T13:00:00Z', 2)])
      await metrics.publish([point('2026-11-23T11:00:00Z', 1), point('2026-11-25T00:00:00Z', 4)])
      await metrics.publish([point('2026-11-24T11:00:00Z', 9, { name: 'other' })])
      expect((await metrics.read(query)).map(({ value }) => value)).toEqual([2, 3])
    })

    it('of one subject are told from the others', async () => {
      const metrics = await makeMetrics()
      await metrics.publish([
        point('2026-11-24T10:00:00Z', 1, { subject: 'a' }),
        point('2026-11-24T10:00:00Z', 2, { subject: 'b' }),
      ])
      expect(await metrics.read({ ...query, subject: 'b' })).toMatchObject([{ value: 2 }])
      expect(await metrics.read(query)).toHaveLength(2)
    })

    it('of days without any are none', async () => {
      expect(await (await makeMetrics()).read(query)).toEqual([])
    })
  })
}
