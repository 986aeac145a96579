/** Passwords that systems are delivered with, and those that everybody tries first. */
const known = new Set(
  `admin admin1 admin12 admin123 admin1234 admin@123 administrator root root123 toor password password1
   password12 password123 password! passw0rd p@ssw0rd p@ssword pass pass123 passwd changeme changeme123 changeit
   change_me change-me letmein letmein1 welcome welcome1 welcome123 secret secret123 secretkey mysecret mypassword
   mysecretpassword supersecret topsecret default guest test test123 testing tester testpass testpassword demo
   demo123 user user123 postgres postgresql mysql mariadb redis mongo mongodb rabbitmq minio minioadmin elastic
   grafana oracle tomcat jenkins sonar nexus vagrant docker ubuntu raspberry cisco 1234 12345 123456 1234567
   12345678 123456789 1234567890 123123 111111 000000 654321 qwerty qwerty123 abc123 abcd1234 iloveyou monkey
   dragon foobared hunter2 temp temp123 temporary manager superuser dev development local localdev`.split(
    /\s+/,
  ),
)

/** Whether everybody knows it. */
export const isDefaultPassword = (value: string): boolean => known.has(value.toLowerCase())

/** What a template has in place of a key, which serves as one until somebody changes it. */
const standIn =
  /change[-_ ]?(?:me|this|it|in|before)|^(?:(?:my|our|the|super|very|dev|development|insecure|default|test|top|jwt|app|flask|django)[-_ ]?)+(?:secret|key|password|token)(?:[-_ ]?(?:secret|key|password|token|here|\d{1,4}))*$/i

/** What a template asks for: `your-api-key-here`. */
const request = /^(?:<|\[)?(?:your|insert|enter|replace|put|add|fill|paste)[-_ ]/i

/** `stand-in`: it works and everybody knows it; `request`: it asks for a value; null: neither. */
export function templateOf(value: string): 'stand-in' | 'request' | null {
  if (standIn.test(value)) return 'stand-in'
  return request.test(value) ? 'request' : null
}

/** Whether a file is a template by its name, such as `.env.example`: what stands in it is no secret. */
export const isTemplate = (place: string): boolean =>
  /(?:^|[-_.])(?:example|sample|template|tmpl|dist|tpl)(?:[-_.]|$)/i.test(
    place.slice(place.lastIndexOf('/') + 1),
  )
