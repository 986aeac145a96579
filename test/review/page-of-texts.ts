import type { Page } from '@hubkeeper/review'

/** A page with a text at every place that a page has one for; `text` is asked for each. */
export function pageOfTexts(text: () => string): Page {
  const at = (i: number): Date => new Date(Date.UTC(2026, 0, 1 + i))
  return {
    title: text(),
    subtitle: text(),
    status: 'ok',
    verdict: text(),
    generatedAt: at(0),
    sections: [
      {
        heading: text(),
        blocks: [
          { kind: 'heading', text: text() },
          { kind: 'paragraph', text: text() },
          { kind: 'list', items: [text(), text()] },
          {
            kind: 'table',
            caption: text(),
            header: [text(), text()],
            rows: [[text(), { text: text(), status: 'unknown' }]],
            right: [1],
          },
          { kind: 'figures', figures: [{ name: text(), value: text(), note: text() }] },
          { kind: 'details', summary: text(), blocks: [{ kind: 'paragraph', text: text() }] },
          {
            kind: 'chart',
            chart: {
              kind: 'line',
              title: text(),
              unit: 'bytes',
              series: [text(), text()].map((name, k) => ({
                name,
                points: [1, 2, 3].map((value) => ({ at: at(value), value: value * (k + 1) })),
              })),
              forecast: {
                name: text(),
                points: [3, 4].map((i) => ({ at: at(i), value: 3, low: 2, high: 5 })),
              },
              limits: [{ name: text(), value: 5 }],
            },
          },
          {
            kind: 'chart',
            chart: {
              kind: 'bars',
              title: text(),
              unit: 'count',
              bars: [
                { name: text(), value: 3 },
                { name: text(), value: 1 },
              ],
              limits: [{ name: text(), value: 2 }],
            },
          },
        ],
      },
    ],
  }
}
