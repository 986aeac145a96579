import * as fc from 'fast-check'

/** Texts that would become something else wherever they were not escaped. */
export const attacks = [
  '<script>alert(1)</script>',
  '"><img src=x onerror=alert(1)>',
  "' onload='alert(1)",
  '</title></style></svg><iframe src=//evil.example>',
  ']]><script>alert(1)</script><![CDATA[',
  '<!-- ',
  '{a|b} {value} {c}',
  '&lt;b&gt; &#60;i> &quot',
  'url(#zr0-c0) class="zr0-cls-0" id="zr0-c0"',
  '<style>*{display:none}</style>',
  '<a href="javascript:alert(1)">x</a>',
  '[x](javascript:alert(1)) **b** `c` | d |\n# e',
  '\u202egnp.exe\u0000\u001b[31m\ud800 \u2028x',
  '__proto__',
  'constructor',
  '<base href=//evil.example><meta http-equiv=refresh content="0;//evil.example">',
] as const

/** Any text, most of them hostile. */
export const anyText: fc.Arbitrary<string> = fc.oneof(
  fc.constantFrom(...attacks),
  fc.string({ unit: 'binary', maxLength: 60 }),
  fc.string({
    unit: fc.constantFrom('<', '>', '"', "'", '&', '/', '=', 'a', ' ', '-', '!', '\n'),
    maxLength: 30,
  }),
)
