/** What an attempt to start a flow run is called everywhere; the same input gives the same names for ever. */
export interface AttemptIdentity {
  /** Four hexadecimal digits. */
  readonly install_id: string
  readonly flow_run_id: string
  /** From 1. */
  readonly attempt_no: number
}

/** Prefix of all that an installation makes in a cloud; what carries it and has no open row is an orphan. */
export function resourcePrefix(install_id: string): string {
  return `slip-${install_id}-`
}

/**
 * Name of a Cloud Run job: at most 49 characters are allowed and 42 are used before the attempt. A further attempt is
 * another job, because one that was created with an execution token must not be run again.
 */
export function jobName({ install_id, flow_run_id, attempt_no }: AttemptIdentity): string {
  const run = flow_run_id.replaceAll('-', '').toLowerCase()
  return `${resourcePrefix(install_id)}${run}${attempt_no > 1 ? `-${attempt_no}` : ''}`
}

/** Suffix of the one execution that the job starts: creating the job twice still names the same execution. */
export function executionToken({ attempt_no }: Pick<AttemptIdentity, 'attempt_no'>): string {
  return `a${attempt_no}`
}

/** Four hexadecimal digits for a new installation, from two random bytes. */
export function installId(bytes: Uint8Array): string {
  return [...bytes.subarray(0, 2)].map((byte) => byte.toString(16).padStart(2, '0')).join('')
}
