// The least that Lambda's runtime interface client does, where the real one is not installed.
'use strict'
const path = require('node:path')

const api = `http://${process.env.AWS_LAMBDA_RUNTIME_API}/2018-06-01/runtime`
const post = (where, body) => fetch(`${api}/${where}`, { method: 'POST', body: JSON.stringify(body) })
const told = (error) => ({ errorType: error?.name ?? 'Error', errorMessage: error?.message ?? String(error) })

async function main() {
  let handler
  try {
    const [file, name] = process.env._HANDLER.split('.')
    handler = require(path.join(process.env.LAMBDA_TASK_ROOT, file))[name]
  } catch (error) {
    await post('init/error', told(error))
    process.exit(1)
  }
  for (;;) {
    const next = await fetch(`${api}/invocation/next`)
    const id = next.headers.get('lambda-runtime-aws-request-id')
    const deadline = Number(next.headers.get('lambda-runtime-deadline-ms'))
    const context = { awsRequestId: id, getRemainingTimeInMillis: () => deadline - Date.now() }
    try {
      await post(`invocation/${id}/response`, await handler(await next.json(), context))
    } catch (error) {
      await post(`invocation/${id}/error`, told(error))
    }
  }
}
main()
