// What `cdk synth` and `cdk deploy` run; see cdk.json.
import { join } from 'node:path'
import { tasks } from '../functions/tasks.ts'
import { bundleAll } from './bundle/assets.ts'
import { root } from './bundle/esbuild.ts'
import { readConfiguration } from './configuration.ts'
import { HubkeeperApp } from './hubkeeper-app.ts'

const config = readConfiguration((text) => console.error(`\n${text}\n`))
const outdir = process.env.CDK_OUTDIR ?? join(root, 'cdk.out')
const assets = await bundleAll(config, tasks, join(outdir, 'bundle'))
new HubkeeperApp({ config, tasks, assets, outdir }).synth()
