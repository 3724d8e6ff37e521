// Drives a server with the JavaScript client, unmodified: verbs, patches, a watch, an informer, errors.
// Prints a line a step; fails with the first thing that is not as it should be.
import assert from 'node:assert/strict';
import * as k8s from '@kubernetes/client-node';

const config = new k8s.KubeConfig();
config.loadFromDefault();
const core = config.makeApiClient(k8s.CoreV1Api);
const apps = config.makeApiClient(k8s.AppsV1Api);
const namespace = 'javascript';

async function until(what, holds) {
  for (const end = Date.now() + 10_000; Date.now() < end; await new Promise((wake) => setTimeout(wake, 10))) {
    if (holds()) return;
  }
  assert.fail(`never came: ${what}`);
}

async function refused(promise, code, reason) {
  const error = await promise.then(() => assert.fail('not refused'), (error) => error);
  assert.equal(error.code, code);
  assert.equal(JSON.parse(error.body).reason, reason);
}

async function verbs() {
  await core.createNamespace({ body: { metadata: { name: namespace } } });
  const body = { metadata: { name: 'a', labels: { app: 'x' } }, data: { k: 'v' } };
  const made = await core.createNamespacedConfigMap({ namespace, body });
  assert.ok(made.metadata.uid && made.metadata.creationTimestamp instanceof Date);
  made.data.k = 'w';
  const changed = await core.replaceNamespacedConfigMap({ name: 'a', namespace, body: made });
  assert.notEqual(changed.metadata.resourceVersion, made.metadata.resourceVersion);
  await refused(core.replaceNamespacedConfigMap({ name: 'a', namespace, body: made }), 409, 'Conflict');
  await refused(core.createNamespacedConfigMap({ namespace, body }), 409, 'AlreadyExists');
  await refused(core.readNamespacedConfigMap({ name: 'none', namespace }), 404, 'NotFound');
  await refused(core.createNamespacedConfigMap({ namespace, body: { metadata: { name: 'No!' } } }), 422, 'Invalid');
  const list = await core.listNamespacedConfigMap({ namespace, labelSelector: 'app=x' });
  assert.deepEqual(list.items.map((item) => item.metadata.name), ['a']);
}

async function patches() {
  const strategic = k8s.setHeaderOptions('Content-Type', k8s.PatchStrategy.StrategicMergePatch);
  const json = k8s.setHeaderOptions('Content-Type', k8s.PatchStrategy.JsonPatch);
  const apply = k8s.setHeaderOptions('Content-Type', k8s.PatchStrategy.ServerSideApply);
  const name = 'web';
  const container = (image) => ({ spec: { template: { spec: { containers: [{ name: 'main', image }] } } } });
  const body = { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name }, ...container('web:1') };
  body.spec.selector = { matchLabels: { app: name } };
  body.spec.template.metadata = { labels: { app: name } };
  let now = await apps.patchNamespacedDeployment({ name, namespace, body, fieldManager: 'js' }, apply);
  assert.equal(now.metadata.generation, 1);
  now = await apps.patchNamespacedDeployment({ name, namespace, body: container('web:2') }, strategic);
  assert.equal(now.spec.template.spec.containers[0].image, 'web:2');
  const operations = [{ op: 'replace', path: '/spec/replicas', value: 3 }];
  now = await apps.patchNamespacedDeployment({ name, namespace, body: operations }, json);
  assert.equal(now.spec.replicas, 3);
  const scale = await apps.readNamespacedDeploymentScale({ name, namespace });
  assert.equal(scale.spec.replicas, 3);
}

async function watches() {
  const events = [];
  const watch = new k8s.Watch(config);
  const request = await watch.watch(`/api/v1/namespaces/${namespace}/configmaps`, {}, (type, object) => {
    if (object.metadata.name === 'b') events.push(type);
  }, () => {});
  await core.createNamespacedConfigMap({ namespace, body: { metadata: { name: 'b' } } });
  await core.deleteNamespacedConfigMap({ name: 'b', namespace });
  await until('events of a watch', () => events.length === 2);
  assert.deepEqual(events, ['ADDED', 'DELETED']);
  request.abort();
}

async function informers() {
  const informer = k8s.makeInformer(config, `/api/v1/namespaces/${namespace}/configmaps`,
    () => core.listNamespacedConfigMap({ namespace }));
  const seen = [];
  for (const verb of ['add', 'update', 'delete']) informer.on(verb, (object) => seen.push(`${verb} ${object.metadata.name}`));
  await informer.start();
  await until('what was there', () => seen.includes('add a'));
  await core.createNamespacedConfigMap({ namespace, body: { metadata: { name: 'c' } } });
  const change = [{ op: 'add', path: '/data', value: { k: 'v' } }];
  await core.patchNamespacedConfigMap({ name: 'c', namespace, body: change },
    k8s.setHeaderOptions('Content-Type', k8s.PatchStrategy.JsonPatch));
  await core.deleteNamespacedConfigMap({ name: 'c', namespace });
  await until('the end of c', () => seen.includes('delete c'));
  assert.deepEqual(seen.filter((text) => text.endsWith(' c')), ['add c', 'update c', 'delete c']);
  await informer.stop();
}

async function objects() {
  const api = k8s.KubernetesObjectApi.makeApiClient(config);
  const made = await api.create({ apiVersion: 'batch/v1', kind: 'Job', metadata: { name: 'job', namespace },
    spec: { template: { spec: { restartPolicy: 'Never', containers: [{ name: 'c', image: 'i' }] } } } });
  assert.equal(made.spec.completions, 1);
  const list = await api.list('batch/v1', 'Job', namespace);
  assert.equal(list.items.length, 1);
  await api.delete(made);
}

for (const step of [verbs, patches, watches, informers, objects]) {
  await step();
  console.log(`${step.name}: passed`);
}
process.exit(0);
