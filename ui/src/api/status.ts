/** `/api/v1/status/buildinfo`. */
import { getAnswer } from './http';
import { object, optional, text } from './shape';

export interface BuildInfo {
  version: string;
  revision: string;
}

const buildInfo = object<BuildInfo>({ version: text, revision: optional(text, '') });

export async function fetchBuildInfo(signal?: AbortSignal): Promise<BuildInfo> {
  return (await getAnswer('/api/v1/status/buildinfo', {}, buildInfo, signal)).data;
}
