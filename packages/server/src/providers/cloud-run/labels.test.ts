import fc from 'fast-check'
import { expect, test } from 'vitest'
import { cloudRunLabels } from './labels.ts'

test("Google's rules hold for whatever people write", () => {
  fc.assert(
    fc.property(
      fc.dictionary(fc.string(), fc.string(), { maxKeys: 100 }),
      fc.dictionary(fc.string(), fc.string(), { maxKeys: 100 }),
      (ours, theirs) => {
        const labels = Object.entries(cloudRunLabels({ ...ours, 'slipway-run': 'r' }, theirs))
        expect(labels.length).toBeLessThanOrEqual(64)
        for (const [key, value] of labels) {
          expect(key).toMatch(/^[a-z][a-z0-9_-]{0,62}$/)
          expect(value).toMatch(/^[a-z0-9_-]{0,63}$/)
        }
        expect(Object.fromEntries(labels)['slipway-run']).toBe('r')
      },
    ),
  )
})

test('a label of the template wins over one of Prefect, but not over identity', () => {
  expect(
    cloudRunLabels(
      { 'prefect.io/flow-name': 'etl', 'slipway-run': 'mine' },
      { 'prefect-io-flow-name': 'Custom', 'slipway-run': 'theirs' },
    ),
  ).toEqual({
    'slipway-run': 'mine',
    'prefect-io-flow-name': 'custom',
  })
})
