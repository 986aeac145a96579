import { createHash } from 'node:crypto'
import { type MessageAttributeValue, PublishCommand, type SNSClient } from '@aws-sdk/client-sns'
import type { Alert, AlertSender, Audience } from '@hubkeeper/core'
import { serviceError } from './service-error.ts'

/** See {@link snsAlerts}. */
export interface SnsAlertsOptions {
  readonly client: SNSClient
  /** The ARN of the topic for each audience. */
  readonly topics: Readonly<Record<Audience, string>>
}

/** SNS wants fewer than 100 characters. */
const maxSubject = 99
/** SNS takes 256 KiB of UTF-8, and counts the attributes. */
const maxMessageBytes = 248 * 1024
const maxAttribute = 256

/** Alerts as messages of SNS, on a topic for each audience. */
export function snsAlerts({ client, topics }: SnsAlertsOptions): AlertSender {
  return {
    async send(alert) {
      const topic = topics[alert.audience]
      try {
        await client.send(
          new PublishCommand({
            TopicArn: topic,
            Subject: subjectOf(alert),
            Message: messageFor(alert),
            MessageAttributes: attributesOf(alert),
          }),
        )
      } catch (error) {
        throw serviceError(error, `cannot send the alert of ${alert.task} to the topic ${topic}`)
      }
    },
  }
}

const lookAlikes: Readonly<Record<string, string>> = {
  '…': '...',
  '‘': "'",
  '’': "'",
  '‚': "'",
  '“': '"',
  '”': '"',
  '„': '"',
  '‐': '-',
  '‑': '-',
  '–': '-',
  '—': '-',
  '−': '-',
}

/** `text` in ASCII, on one line. */
const plain = (text: string): string =>
  text
    .replace(/[…‘’‚“”„‐‑–—−]/gu, (character) => lookAlikes[character] ?? '?')
    .normalize('NFKD')
    .replace(/\p{M}+/gu, '')
    .replace(/[\p{Cc}\s]+/gu, ' ')
    .replace(/[^\x20-\x7e]/gu, '?')
    .trim()

/** What SNS takes as a subject: ASCII on one line, that begins with no space. */
function subjectOf({ hub, severity, subject, task }: Alert): string {
  // Never empty: the severity is a word.
  const text = plain(subject) || plain(`${severity} ${hub} ${task}`)
  return text.length <= maxSubject ? text : `${text.slice(0, maxSubject - 3).trimEnd()}...`
}

/** `text` without what cannot be written in XML, which SNS refuses. */
const writable = (text: string): string =>
  text.toWellFormed().replace(/[^\t\n\r\x20-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/gu, '\ufffd')

/** The whole subject, which mail gets in ASCII and shortened; where it comes from; and the body. */
function messageFor({ at, body, hub, run, subject, task }: Alert): string {
  const first = `${subject.replace(/\s+/g, ' ').trim()} (${hub}, ${task})`
  return cut(writable(`${first}\nrun ${run}, ${at.toISOString()}\n\n${body}`))
}

/** `text` in as many bytes as SNS takes, whole characters, with a last line that says what is missing. */
function cut(text: string): string {
  const bytes = Buffer.from(text)
  if (bytes.length <= maxMessageBytes) return text
  const note = `\n… cut here: ${bytes.length} bytes are more than a message holds; the report has the rest`
  let end = maxMessageBytes - Buffer.byteLength(note)
  // Bytes after the first one of a character begin with the bits 10.
  while (((bytes[end] ?? 0) & 0xc0) === 0x80) end -= 1
  return `${bytes.subarray(0, end).toString()}${note}`
}

/** What machines route and group by. */
function attributesOf(alert: Alert): Record<string, MessageAttributeValue> {
  const { audience, deduplicationKey, hub, run, severity, task } = alert
  return Object.fromEntries(
    Object.entries({ hub, task, run, severity, audience, deduplicationKey }).map(([name, value]) => [
      name,
      { DataType: 'String', StringValue: attributeOf(value) },
    ]),
  )
}

/** `value` as an attribute: not empty, short, and with a digest when it had to be changed. */
function attributeOf(value: string): string {
  const kept = writable(value)
  if (kept === value && value !== '' && value.length <= maxAttribute) return value
  const digest = createHash('sha256').update(value, 'utf16le').digest('hex')
  return `${kept.slice(0, maxAttribute - digest.length - 1).toWellFormed()}-${digest}`
}
