import { join, relative, sep } from 'node:path'
import { KeyRefusedError, problemOfKey } from '@hubkeeper/core'

/** Names of files that are being written; never objects. */
export const temporaryPrefix = '.hubkeeper-tmp-'

const maxSegment = 255

/** The parts of a key. @throws KeyRefusedError for a key that no store may serve */
export function segmentsOf(key: string): string[] {
  const refuse = (reason: string): never => {
    throw new KeyRefusedError(key, reason)
  }
  const problem = problemOfKey(key)
  if (problem !== null) refuse(problem)
  const segments = key.split('/')
  for (const segment of segments) {
    if (Buffer.byteLength(segment) > maxSegment) refuse(`a part is longer than ${maxSegment} bytes`)
    if (segment.startsWith(temporaryPrefix)) refuse(`parts that begin with ${temporaryPrefix} are our own`)
  }
  return segments
}

/** The path of a key under a directory. @throws KeyRefusedError */
export const pathOf = (root: string, key: string): string => join(root, ...segmentsOf(key))

/** The key of a path under a directory; '' for the directory itself. */
export const keyOf = (root: string, path: string): string => relative(root, path).split(sep).join('/')
