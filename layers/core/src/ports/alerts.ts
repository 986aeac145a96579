/** Who an alert is for: people to wake, those who answer for security, or people to inform. */
export type Audience = 'on-call' | 'security' | 'team'

/** One message for people, with what machines need to route it. */
export interface Alert {
  readonly hub: string
  readonly task: string
  readonly run: string
  readonly audience: Audience
  readonly severity: 'warning' | 'critical' | 'failed'
  /** One line, at most 100 characters, no control characters. */
  readonly subject: string
  readonly body: string
  /** Equal for what is the same trouble: hub, task and the checks that failed, never the run. */
  readonly deduplicationKey: string
  readonly at: Date
}

/** Sends alerts; a promise that resolves means that the channel took it. */
export interface AlertSender {
  send(alert: Alert): Promise<void>
}
