import { HubkeeperError } from './errors.ts'
import type { ObjectStore } from './ports/object-store.ts'

/** Which store keeps the keys below a prefix. */
export interface Route {
  readonly prefix: string
  readonly store: ObjectStore
}

/**
 * One store made of several: each key goes to the first route whose prefix it has, else to
 * `fallback`. A copy between two of them is refused: it would pass through the caller.
 */
export function routedStore(fallback: ObjectStore, routes: readonly Route[]): ObjectStore {
  const of = (key: string): ObjectStore =>
    routes.find(({ prefix }) => key.startsWith(prefix))?.store ?? fallback
  return {
    head: (key) => of(key).head(key),
    list: (prefix, page) => of(prefix).list(prefix, page),
    get: (key, options) => of(key).get(key, options),
    put: (key, body, condition) => of(key).put(key, body, condition),
    download: (key, path, options) => of(key).download(key, path, options),
    fileOf: (key) => of(key).fileOf(key),
    upload: (path, key, options) => of(key).upload(path, key, options),
    async copy(from, to, options) {
      if (of(from) === of(to)) return of(from).copy(from, to, options)
      throw new HubkeeperError('not-available', `${from} and ${to} are kept in different stores`, {
        hint: 'download and upload instead',
      })
    },
    delete: (key, condition) => of(key).delete(key, condition),
  }
}
