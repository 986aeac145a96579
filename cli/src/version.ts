import manifest from '../package.json' with { type: 'json' }

/** Version of the hubkeeper command. */
export const version: string = manifest.version
