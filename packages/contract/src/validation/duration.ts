const CLOCK = /^([+-])?(?:(\d+) (?:days?,? )?)?(\d{1,2}):(\d{2})(?::(\d{2})(\.\d{1,9})?)?$/
const ISO =
  /^([+-])?P(?:(\d+(?:\.\d+)?)W)?(?:(\d+(?:\.\d+)?)D)?(?:T(?:(\d+(?:\.\d+)?)H)?(?:(\d+(?:\.\d+)?)M)?(?:(\d+(?:\.\d+)?)S)?)?$/i
const DECIMAL = /^[+-]?\d+(?:\.\d+)?$/
const DAY_SECONDS = 86_400

/** Seconds of `PT1H30M`, `1 day, 02:03:04`, `02:03` or `90`; null for anything else. Months and years have no fixed length. */
export function parseDuration(text: string): number | null {
  const trimmed = text.trim()
  if (DECIMAL.test(trimmed)) return Number(trimmed)
  const clock = CLOCK.exec(trimmed)
  if (clock !== null) {
    const [, sign, days = '0', hours = '0', minutes = '0', seconds = '0', fraction = '0'] = clock
    if (Number(hours) > 23 || Number(minutes) > 59 || Number(seconds) > 59) return null
    return signed(
      sign,
      Number(days) * DAY_SECONDS + Number(hours) * 3_600 + Number(minutes) * 60 + Number(seconds) + Number(fraction),
    )
  }
  const iso = ISO.exec(trimmed)
  if (iso === null || /[PT]$/i.test(trimmed)) return null
  const [, sign, weeks = '0', days = '0', hours = '0', minutes = '0', seconds = '0'] = iso
  return signed(
    sign,
    (Number(weeks) * 7 + Number(days)) * DAY_SECONDS + Number(hours) * 3_600 + Number(minutes) * 60 + Number(seconds),
  )
}

function signed(sign: string | undefined, seconds: number): number {
  return sign === '-' ? -seconds : seconds
}
