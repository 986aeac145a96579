import { HubkeeperError } from './errors.ts'
import { codeOf, messageOf } from './units.ts'

/** An error of the file system as one that names the path and the fix. */
export function ioError(error: unknown, path: string, doing: string): HubkeeperError {
  if (error instanceof HubkeeperError) return error
  const message = `${doing} ${path}: ${messageOf(error)}`
  switch (codeOf(error)) {
    case 'ENOSPC':
    case 'EDQUOT':
      return new HubkeeperError('no-space', message, {
        hint: 'free space on that disk, then run this again: nothing was replaced',
        cause: error,
      })
    case 'EACCES':
    case 'EPERM':
    case 'EROFS':
      return new HubkeeperError('no-access', message, {
        hint: 'give the user that runs hubkeeper access to it, or run it as its owner',
        cause: error,
      })
    default:
      return new HubkeeperError('io', message, { hint: 'check the path and the disk', cause: error })
  }
}
