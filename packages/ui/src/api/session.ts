const KEY = 'slipway.login'

/** `user:password` of this tab; it goes when the tab is closed. */
export function readLogin(): string | null {
  return sessionStorage.getItem(KEY)
}

export function keepLogin(login: string | null): void {
  if (login === null) sessionStorage.removeItem(KEY)
  else sessionStorage.setItem(KEY, login)
}

export function authorization(login: string): string {
  const bytes = new TextEncoder().encode(login)
  return `Basic ${btoa(String.fromCodePoint(...bytes))}`
}
