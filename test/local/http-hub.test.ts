import { httpHub } from '@hubkeeper/local'
import { hubClientContract } from '../adapters/hub-client.ts'

hubClientContract('HTTP', httpHub)
