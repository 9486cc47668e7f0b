import { describe, expect, test } from 'vitest'
import { clientVersionOf, limitsDeploymentsItself, renewsLeases } from './client-version.ts'

describe('client version', () => {
  test.for([
    ['prefect/3.8.8 (API 0.8.4)', '3.8.8'],
    ['prefect/3.0.0rc20 (API 0.8.4)', '3.0.0rc20'],
    ['prefect/3.4.11.dev1+12.gabc (API 0.8.4)', '3.4.11.dev1+12.gabc'],
    ['curl/8.5.0', null],
    ['notprefect/3.8.8', null],
    ['', null],
    [null, null],
  ] as const)('of %j', ([user_agent, version]) => {
    expect(clientVersionOf(user_agent)).toBe(version)
  })

  test.for([
    ['3.8.8', true],
    ['3.4.11', true],
    ['3.4.10', false],
    ['3.10.0', true],
    ['2.20.9', false],
    ['4.0.0', true],
    ['unknown', false],
    [null, false],
  ] as const)('%s renews leases: %s', ([version, renews]) => {
    expect(renewsLeases(version)).toBe(renews)
  })

  test.for([
    ['3.0.3', true],
    ['3.0.4', false],
    [null, false],
  ] as const)('%s limits deployments itself: %s', ([version, limits]) => {
    expect(limitsDeploymentsItself(version)).toBe(limits)
  })
})
