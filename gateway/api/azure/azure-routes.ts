import type { RequestHead } from '../../http/request-head.ts';
import { decodePath } from '../decode-path.ts';
import type { Route } from '../route.ts';

const DEPLOYMENTS = '/openai/deployments/';

/** Paths of OpenAI that Azure has under each deployment. */
const OF_DEPLOYMENTS = [
  '/v1/chat/completions',
  '/v1/completions',
  '/v1/embeddings',
  '/v1/audio/speech',
];

/**
 * The routes of OpenAI where clients of Azure look for them: all under `/openai/v1`, the list of
 * models under `/openai/models` too, and under `/openai/deployments/{deployment}` those that name
 * a model, which is then the deployment. They count as the routes that they are. Any `api-version`
 * is right.
 */
export function azureRoutes<Host>(routes: readonly Route<Host>[]): Route<Host>[] {
  return routes.flatMap((route) => {
    const { path, countedAs = path } = route;
    const ofVersion = { ...route, path: `/openai${path}`, countedAs };
    if (path.startsWith('/v1/models')) {
      return [ofVersion, { ...ofVersion, path: path.replace('/v1/', '/openai/') }];
    }
    if (!OF_DEPLOYMENTS.includes(path)) return [ofVersion];
    const ofDeployment: Route<Host> = {
      ...ofVersion,
      path: path.replace('/v1/', `${DEPLOYMENTS}{deployment}/`),
      open: (host) => route.open(host, deploymentOf),
    };
    return [ofVersion, ofDeployment];
  });
}

function deploymentOf(head: RequestHead): string {
  const url = head.getUrl();
  return decodePath(url.slice(DEPLOYMENTS.length, url.indexOf('/', DEPLOYMENTS.length)));
}
