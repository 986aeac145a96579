const buckets = [0.005, 0.01, 0.05, 0.1, 0.5, 1, 2.5, 5]

/** Counts requests, and tells of them as Prometheus text. */
export interface RequestMetrics {
  /** `duration` in seconds. */
  observe(endpoint: string, status: number, duration: number): void
  text(): string
}

const label = (value: string): string => value.replace(/[\\"]/g, '\\$&').replaceAll('\n', '\\n')

function cpuSeconds(): number {
  const { system, user } = process.cpuUsage()
  return (system + user) / 1_000_000
}

/** Metrics in the names that such hubs use. */
export function requestMetrics(): RequestMetrics {
  const requests = new Map<string, number>()
  const counts = buckets.map(() => 0)
  let sum = 0
  let total = 0
  return {
    observe(endpoint, status, duration) {
      const labels = `endpoint="${label(endpoint)}",status_code="${status}"`
      requests.set(labels, (requests.get(labels) ?? 0) + 1)
      buckets.forEach((limit, i) => {
        if (duration <= limit) counts[i] = (counts[i] ?? 0) + 1
      })
      sum += duration
      total += 1
    },
    text: () =>
      [
        '# HELP app_requests_total Requests that were answered',
        '# TYPE app_requests_total counter',
        ...[...requests].map(([labels, count]) => `app_requests_total{${labels}} ${count}`),
        '# HELP app_request_duration_seconds Time until the answer was sent',
        '# TYPE app_request_duration_seconds histogram',
        ...buckets.map((limit, i) => `app_request_duration_seconds_bucket{le="${limit}"} ${counts[i]}`),
        `app_request_duration_seconds_bucket{le="+Inf"} ${total}`,
        `app_request_duration_seconds_sum ${sum}`,
        `app_request_duration_seconds_count ${total}`,
        '# HELP process_resident_memory_bytes Resident memory',
        '# TYPE process_resident_memory_bytes gauge',
        `process_resident_memory_bytes ${process.memoryUsage.rss()}`,
        '# HELP process_cpu_seconds_total User and system CPU time spent',
        '# TYPE process_cpu_seconds_total counter',
        `process_cpu_seconds_total ${cpuSeconds()}`,
        '',
      ].join('\n'),
  }
}
