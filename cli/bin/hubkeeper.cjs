#!/usr/bin/env node
// CommonJS in plain old JavaScript: whatever Node this is must get as far as the sentence below.
'use strict'

var required = [24, 15]
var parts = process.versions.node.split('.').map(Number)
var recent = parts[0] > required[0] || (parts[0] === required[0] && parts[1] >= required[1])

if (recent) {
  // Beside the code, so that whoever may write there could change the code as well. Not writable: no cache.
  require('node:module').enableCompileCache(
    require('node:path').join(__dirname, '../../node_modules/.cache/hubkeeper'),
  )
  import('../src/main.ts').then((cli) => cli.main(process.argv))
} else {
  console.error(
    'hubkeeper needs Node ' +
      required.join('.') +
      ' or newer; this is ' +
      process.versions.node +
      '. Run it with npx hubkeeper, which brings its own.',
  )
  process.exit(2)
}
