import * as z from 'zod'

/** How the hub is started on a restored copy, for practice; see `HubStarter`. */
export const recoverySchema = z.strictObject({
  start: z
    .array(z.string().min(1))
    .min(1)
    .describe(
      'such as ["uvicorn", "app:app", "--port", "{port}"]; {port}, {directory} and {database} are filled in. It runs in the restored directory and stays in the foreground; arguments that lead to the real hub are refused',
    ),
  environment: z
    .record(z.string().regex(/^[A-Za-z_]\w*$/), z.string())
    .default({})
    .describe(
      'variables for it, with the same placeholders, such as {"DATABASE_PATH": "{database}"}; of ours it gets PATH, language and time zone only, PORT besides, and the restored directory as HOME',
    ),
  health: z.string().startsWith('/').default('/health').describe('what it answers once it is up'),
  timeoutSeconds: z.number().positive().max(600).default(60).describe('for its first healthy answer'),
})
