import * as z from 'zod'

/** A path that stays under the hub's directory, with `/` between its parts. */
export const pathInHub = z
  .string()
  .min(1)
  .refine((path) => isInside(path), {
    error: 'must lie inside the hub’s directory: a relative path without ".."',
  })

const isInside = (path: string): boolean =>
  !/^([/\\]|[A-Za-z]:)/.test(path) && !path.split(/[/\\]/).includes('..') && !path.includes('\0')
