/** A schedule of a PATCH, as far as matching goes. */
interface Given {
  readonly slug?: string | null
  /** The slug that the schedule had until now. */
  readonly replaces?: string | null
  readonly schedule?: object | null
}

export type SlugPlan<G> =
  /** Existing schedules that are changed, by their present slug, and new ones; all others stay. */
  | { readonly kind: 'by-slug'; readonly change: ReadonlyMap<string, G>; readonly create: readonly G[] }
  /** All are replaced. */
  | { readonly kind: 'replace' }
  | { readonly kind: 'refused'; readonly detail: string }

const NO_SLUG = 'Please provide a slug for each schedule in your request to ensure schedules are updated correctly.'
const NO_SCHEDULE = 'Unable to create new deployment schedules without a schedule configuration.'

/** Schedules that all have slugs are told apart by them; as soon as one has none, all are replaced. */
export function matchBySlug<G extends Given>(
  existing: readonly { readonly slug: string | null }[],
  given: readonly G[],
): SlugPlan<G> {
  const slugs = existing.map(({ slug }) => slug)
  if (slugs.length === 0 || slugs.includes(null)) return { kind: 'replace' }
  if (given.some(({ slug }) => slug === null || slug === undefined)) return { kind: 'refused', detail: NO_SLUG }
  const replaced = given.flatMap(({ replaces }) => (replaces === null || replaces === undefined ? [] : [replaces]))
  const complaint = renameComplaint(slugs, given, replaced)
  if (complaint !== null) return { kind: 'refused', detail: complaint }
  const change = new Map<string, G>()
  const create: G[] = []
  for (const schedule of given) {
    const target = schedule.replaces ?? schedule.slug ?? ''
    if (slugs.includes(target)) change.set(target, schedule)
    else if (schedule.schedule) create.push(schedule)
    else return { kind: 'refused', detail: NO_SCHEDULE }
  }
  return { kind: 'by-slug', change, create }
}

function renameComplaint(
  slugs: readonly (string | null)[],
  given: readonly Given[],
  replaced: readonly string[],
): string | null {
  const twice = replaced.find((slug, index) => replaced.indexOf(slug) !== index)
  if (twice !== undefined) return `Multiple schedules have 'replaces' targeting the same slug: ${twice}`
  const taken = given.find(
    ({ slug, replaces }) => replaces && slugs.includes(slug ?? null) && !replaced.includes(slug ?? ''),
  )
  if (taken === undefined) return null
  return `Cannot rename schedule from '${taken.replaces}' to '${taken.slug}': a schedule with slug '${taken.slug}' already exists.`
}
