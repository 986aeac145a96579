// A process of its own that works on a store: node store-worker.ts increment|create|write ROOT COUNT
import { directoryStore } from '@hubkeeper/local'

const [, , job, root = '', count = '1'] = process.argv
const store = directoryStore({ root })

if (job === 'increment') {
  for (let done = 0; done < Number(count); ) {
    const stored = await store.get('counter')
    const value = Number(new TextDecoder().decode(stored?.body))
    try {
      await store.put('counter', String(value + 1), { ifMatch: stored?.info.etag ?? '' })
      done += 1
    } catch {
      // Another process was first: read again.
    }
  }
} else if (job === 'create') {
  const winner = await store.put('created', String(process.pid), { ifNoneMatch: '*' }).then(
    () => 'won',
    () => 'lost',
  )
  console.log(winner)
} else if (job === 'write') {
  for (let i = 0; ; i++) {
    await store.put('object', String(i % 10).repeat(2_000_000))
    if (i === 0) console.log('writing')
  }
}
