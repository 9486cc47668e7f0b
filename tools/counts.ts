export interface Counts {
  readonly passed: number
  readonly failed: number
  readonly skipped: number
}

export const NOTHING: Counts = { passed: 0, failed: 0, skipped: 0 }

export function add(sum: Counts, more: Partial<Counts>): Counts {
  return {
    passed: sum.passed + (more.passed ?? 0),
    failed: sum.failed + (more.failed ?? 0),
    skipped: sum.skipped + (more.skipped ?? 0),
  }
}

/** The form that ends every run; other programs read it. */
export function closingLine({ passed, failed, skipped }: Counts): string {
  return `${passed} passed, ${failed} failed, ${skipped} skipped`
}
