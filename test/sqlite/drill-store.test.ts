import { memoryStore } from '../../layers/sqlite/src/drill/memory-store.ts'
import { objectStoreContract } from '../adapters/object-store.ts'

objectStoreContract('the store that a drill practises in', async () => memoryStore())
