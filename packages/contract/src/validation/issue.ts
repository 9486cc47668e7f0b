/** One thing that is wrong with a request; the names of the types are pydantic's, which Prefect's clients know. */
export interface Issue {
  readonly type: string
  readonly loc: readonly (string | number)[]
  readonly msg: string
  readonly input: unknown
  readonly ctx?: Readonly<Record<string, unknown>>
}

/** Where in the request we are: a list that grows at its end without copying. */
export interface Place {
  readonly parent: Place | null
  readonly key: string | number
}

export function within(parent: Place | null, key: string | number): Place {
  return { parent, key }
}

export function pathOf(place: Place | null): (string | number)[] {
  const path: (string | number)[] = []
  for (let at = place; at !== null; at = at.parent) path.push(at.key)
  return path.reverse()
}

export interface Wrong {
  readonly type: string
  readonly msg: string
  readonly ctx?: Readonly<Record<string, unknown>>
}

export function issue(at: Place, input: unknown, { type, msg, ctx }: Wrong): Issue {
  return { type, loc: pathOf(at), msg, input, ...(ctx === undefined ? {} : { ctx }) }
}

/** Reads a value, reports what is wrong with it, and returns it as handlers want it: coerced, with defaults. */
export type Validate = (value: unknown, at: Place, issues: Issue[]) => unknown

/** A rule that JSON Schema cannot express, named by the keyword `check`. Null: the value is good. */
export type Check = (value: never) => Wrong | string | null
export type Checks = Readonly<Record<string, Check>>
