/** Any JSON value. Numbers that JavaScript would change are kept as `JSON.rawJSON` objects and print as they came. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json }
export type JsonObject = { readonly [key: string]: Json }
