/** Of Slipway: all workspaces are released together. A test holds it to what package.json says. */
export const VERSION = '0.1.0'

/** The release of Prefect whose protocol is spoken, and the version of that protocol. */
export const PREFECT_VERSION = '3.8.8'
export const PREFECT_API_VERSION = '0.8.4'
