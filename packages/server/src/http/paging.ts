/** One page of a list, as `/paginate` answers. */
export interface Page<T> {
  readonly results: T[]
  readonly count: number
  readonly limit: number
  readonly pages: number
  readonly page: number
}

interface PageRequest {
  readonly limit: number
  /** The first one is 1. */
  readonly page: number
}

export function offsetOf({ limit, page }: PageRequest): number {
  return (page - 1) * limit
}

export function pageOf<T>(results: T[], count: number, request: PageRequest): Page<T> {
  return { results, ...pageNumbers(count, request) }
}

export function pageNumbers(count: number, { limit, page }: PageRequest): Omit<Page<unknown>, 'results'> {
  return { count, limit, pages: limit === 0 ? 0 : Math.ceil(count / limit), page }
}
