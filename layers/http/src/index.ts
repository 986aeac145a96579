export * from './http-hub.ts'
