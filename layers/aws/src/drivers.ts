export { type ClientOptions, patience } from './clients.ts'
export { createS3Client } from './s3/client.ts'
export * from './s3/store.ts'
export * from './service-error.ts'
