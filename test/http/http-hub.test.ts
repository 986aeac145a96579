import { httpHub } from '@hubkeeper/http'
import { hubClientContract } from '../adapters/hub-client.ts'

hubClientContract('HTTP', httpHub)
