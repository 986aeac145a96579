import type { DocumentationBuilder } from '@hubkeeper/core'

/** Documentation is built where its sources are. */
export const remoteDocumentation = (): DocumentationBuilder => ({
  elsewhere: 'a function has neither the hub’s directory nor its programs',
  build: async () => null,
})
