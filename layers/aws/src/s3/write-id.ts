/**
 * The user metadata that names one write. S3 may do a write and its answer may be lost; the SDK then
 * sends it again, and what we wrote ourselves fails the condition. By this name it is recognised.
 */
export const writeIdKey = 'hubkeeper-write'
