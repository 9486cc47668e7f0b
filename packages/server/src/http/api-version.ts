import { problem } from '../errors.ts'

const OLDEST = [0, 8, 0] as const

/** Prefect's clients name the version of the API that they speak; older ones are told that they are too old. */
export function checkApiVersion(header: string | string[] | undefined): void {
  if (header === undefined || header === '') return
  const version = Array.isArray(header) ? header.join(',') : header
  const parts = /^(\d+)\.(\d+)\.(\d+)$/.exec(version)
  if (parts === null) {
    throw problem(
      400,
      `Invalid X-PREFECT-API-VERSION header format. Expected header in format 'x.y.z' but received ${version}`,
    )
  }
  const difference = OLDEST.map((oldest, index) => Number(parts[index + 1]) - oldest).find((by) => by !== 0)
  if (difference !== undefined && difference < 0) {
    throw problem(
      400,
      `The request specified API version ${version} but this server requires version ${OLDEST.join('.')} or higher.`,
    )
  }
}
