import type { Caller } from '../context.ts'
import { problem } from '../errors.ts'

/** Who may only read sees stars: secrets are for who runs flows, which load their blocks with them. */
export function requireSecretsAllowed({ scopes }: Caller, include_secrets: boolean): void {
  if (include_secrets && !scopes.has('run')) {
    throw problem(403, 'Reading secrets needs the scope "run", which the credential does not have.')
  }
}
