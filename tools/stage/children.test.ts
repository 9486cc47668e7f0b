import { expect, test } from 'vitest'
import { neutralEnvironment } from './children.ts'

test('what configures Slipway or a client of it is not handed on', () => {
  const env = { PATH: '/bin', SLIPWAY_PORT: '1', PREFECT_API_URL: 'x', HOME: '/h', EMPTY: undefined }
  expect(neutralEnvironment(env)).toEqual({ PATH: '/bin', HOME: '/h' })
})
