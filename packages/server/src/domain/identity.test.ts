import { describe, expect, test } from 'vitest'
import { executionToken, installId, jobName, resourcePrefix } from './identity.ts'

const run = { install_id: '7f3c', flow_run_id: '4d0c9f9e-5b5f-4a52-9d36-3c1b1f0f9c11' }

describe('names of an attempt', () => {
  test.for([
    [1, 'slip-7f3c-4d0c9f9e5b5f4a529d363c1b1f0f9c11', 'a1'],
    [2, 'slip-7f3c-4d0c9f9e5b5f4a529d363c1b1f0f9c11-2', 'a2'],
    [99_999, 'slip-7f3c-4d0c9f9e5b5f4a529d363c1b1f0f9c11-99999', 'a99999'],
  ] as const)('attempt %d', ([attempt_no, name, token]) => {
    const identity = { ...run, attempt_no }
    expect([jobName(identity), executionToken(identity)]).toEqual([name, token])
    // What Cloud Run takes: a job of 49 characters, and an execution `<job>-<token>` of 63.
    expect(name.length).toBeLessThanOrEqual(49)
    expect(`${name}-${token}`.length).toBeLessThan(63)
    expect(name).toMatch(/^[a-z](?:[a-z0-9-]*[a-z0-9])?$/)
    expect(name.startsWith(resourcePrefix('7f3c'))).toBe(true)
  })

  test('the case of an id makes no other name', () => {
    const upper = { ...run, flow_run_id: run.flow_run_id.toUpperCase(), attempt_no: 1 }
    expect(jobName(upper)).toBe(jobName({ ...run, attempt_no: 1 }))
  })
})

test('an installation is four hexadecimal digits', () => {
  expect(installId(Uint8Array.of(0x0f, 0xa0, 0xff))).toBe('0fa0')
})
