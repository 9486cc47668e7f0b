/** Workers of these versions limited their deployments themselves; doing it here too would count twice. */
const SELF_LIMITING = new Set(['3.0.0rc20', '3.0.0', '3.0.1', '3.0.2', '3.0.3'])
/** The first client that renews the lease of its deployment slot. */
const FIRST_RENEWING = [3, 4, 11] as const

/** The version of Prefect's client in a User-Agent such as `prefect/3.8.8 (API 0.8.4)`; null: another program. */
export function clientVersionOf(user_agent: string | null): string | null {
  return /(?:^|\s)prefect\/(\d+\.\d+\.\d+[\w.+-]*)/.exec(user_agent ?? '')?.[1] ?? null
}

export function limitsDeploymentsItself(version: string | null): boolean {
  return version !== null && SELF_LIMITING.has(version)
}

export function renewsLeases(version: string | null): boolean {
  const found = /^(\d+)\.(\d+)\.(\d+)/.exec(version ?? '')
  if (found === null) return false
  const numbers = found.slice(1).map(Number)
  for (const [index, least] of FIRST_RENEWING.entries()) {
    const number = numbers[index] ?? 0
    if (number !== least) return number > least
  }
  return true
}
