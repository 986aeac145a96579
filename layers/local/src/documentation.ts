import { type DocumentationBuilder, type HubConfig, minutes } from '@hubkeeper/core'
import { runInstall } from './audit/install-command.ts'

/** Builds the documentation in the hub's directory, in the environment that an install command gets. */
export const documentationBuilder = ({
  documentation,
  root,
}: {
  readonly root: string
  readonly documentation: HubConfig['audit']['documentation']
}): DocumentationBuilder => ({
  elsewhere: null,
  build: async () =>
    documentation === undefined
      ? null
      : runInstall(documentation.build, root, minutes(documentation.timeoutMinutes)),
})
