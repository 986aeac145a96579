import { closeSync, fstatSync, openSync, readSync, writeSync } from 'node:fs'
import { type FileHandle, open } from 'node:fs/promises'
import { join } from 'node:path'
import {
  codeOf,
  type Datapoint,
  type DatapointQuery,
  days,
  ioError,
  type MetricsPublisher,
  type MetricsReader,
  units,
} from '@hubkeeper/core'
import * as z from 'zod'
import { makeDirectory } from './durable-file.ts'

const lineSchema = z.object({
  hub: z.string(),
  name: z.string(),
  subject: z.string().nullable(),
  value: z.number(),
  unit: z.enum(units),
  at: z.iso.datetime(),
})

const dayOf = (at: Date): string => at.toISOString().slice(0, 10)

/** Days from `from` up to `to`, UTC. */
function daysBetween(from: Date, to: Date): string[] {
  const all: string[] = []
  for (let time = Date.parse(dayOf(from)); time < to.getTime(); time += days(1))
    all.push(dayOf(new Date(time)))
  return all
}

/** Appends lines in one write, on a line of their own even after a writer that was killed. */
function append(path: string, text: string): void {
  const descriptor = openSync(path, 'a+')
  try {
    const { size } = fstatSync(descriptor)
    const last = Buffer.alloc(1)
    if (size > 0) readSync(descriptor, last, 0, 1, size - 1)
    writeSync(descriptor, size > 0 && last.toString() !== '\n' ? `\n${text}` : text)
  } finally {
    closeSync(descriptor)
  }
}

/** The datapoint of a line; null for one that was never finished. */
function parseLine(line: string): Datapoint | null {
  try {
    const parsed = lineSchema.safeParse(JSON.parse(line))
    return parsed.success ? { ...parsed.data, at: new Date(parsed.data.at) } : null
  } catch {
    return null
  }
}

/** Whether a line has to be taken apart: most are of other names. One that was never finished is looked at. */
const mayName = (line: string, names: readonly string[]): boolean =>
  !line.endsWith('}') || names.some((name) => line.includes(name))

/** Figures in files, one per UTC day, one JSON object per line. */
export function metricFiles({ directory }: { readonly directory: string }): MetricsPublisher &
  MetricsReader & {
    /** The last datapoint of each of these names and each subject, of the days from `from` to `to`. */
    newest(
      hub: string,
      names: readonly string[],
      range: { readonly from: Date; readonly to: Date },
    ): Promise<readonly Datapoint[]>
    /** Lines that could not be read so far: torn by a writer that was killed. */
    unreadableLines(): number
  } {
  let unreadable = 0
  const pathOf = (day: string): string => join(directory, `${day}.jsonl`)

  /** The datapoints of a day that may be of these names. */
  async function* pointsOf(day: string, names: readonly string[]): AsyncGenerator<Datapoint> {
    let handle: FileHandle
    try {
      handle = await open(pathOf(day))
    } catch (error) {
      if (codeOf(error) === 'ENOENT') return
      throw ioError(error, pathOf(day), 'cannot read')
    }
    for await (const line of handle.readLines()) {
      if (!mayName(line, names)) continue
      const point = parseLine(line)
      if (point === null) unreadable += 1
      else yield point
    }
  }

  const matches = (point: Datapoint, { from, hub, name, subject, to }: DatapointQuery): boolean =>
    point.hub === hub &&
    point.name === name &&
    (subject === undefined || point.subject === subject) &&
    point.at >= from &&
    point.at < to

  return {
    async publish(datapoints) {
      const byDay = Map.groupBy(datapoints, ({ at }) => dayOf(at))
      for (const [day, points] of byDay) {
        const text = points.map((point) => `${JSON.stringify(point)}\n`).join('')
        try {
          makeDirectory(directory)
          append(pathOf(day), text)
        } catch (error) {
          throw ioError(error, pathOf(day), 'cannot write')
        }
      }
    },

    async read(query) {
      const found: Datapoint[] = []
      for (const day of daysBetween(query.from, query.to)) {
        for await (const point of pointsOf(day, [query.name])) if (matches(point, query)) found.push(point)
      }
      return found.sort((a, b) => a.at.getTime() - b.at.getTime())
    },

    async newest(hub, names, { from, to }) {
      const last = new Map<string, Datapoint>()
      // The newest day first: most names are found there, and older days then only add what is rare.
      for (const day of daysBetween(from, to).toReversed()) {
        const ofDay = new Map<string, Datapoint>()
        for await (const point of pointsOf(day, names)) {
          if (point.hub === hub && names.includes(point.name) && point.at <= to) {
            ofDay.set(`${point.name} ${point.subject ?? ''}`, point)
          }
        }
        for (const [key, point] of ofDay) if (!last.has(key)) last.set(key, point)
      }
      return [...last.values()]
    },

    unreadableLines: () => unreadable,
  }
}
