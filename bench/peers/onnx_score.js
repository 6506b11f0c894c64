// Time of a scoring call in ONNX Runtime, inputs already tensors.
//
// node onnx_score.js FOLDER THREADS ROWS WARMUP-SECONDS SECONDS all|NAME
//
// FOLDER holds what onnx_export.py wrote: the same model in several forms. With "all", every form is tried for a short time with every
// setting (those that a few calls show to be half as slow again are dropped), and the one with the lowest median is then measured; with a name, that one alone. Calls go straight to the native session:
// the promise that the public API wraps around it would be measured too.

const fs = require('fs');
const path = require('path');
const ort = require('onnxruntime-node');
const {binding, initOrt} = require(path.join(path.dirname(require.resolve('onnxruntime-node')), 'binding.js'));

const TRIAL_SECONDS = 0.2;
const LOOK_SECONDS = 0.04;
const HOPELESS = 1.5;
const CALLS = 40;
const MOST_BATCHES = 16;
const ROWS = 2048;

const [folder, threadText, sizeText, warmupText, secondsText, wanted] = process.argv.slice(2);
const threads = Number(threadText);
const size = Number(sizeText);

function read(name, Type) {
  const bytes = fs.readFileSync(path.join(folder, name));
  return new Type(bytes.buffer, bytes.byteOffset, bytes.length / Type.BYTES_PER_ELEMENT);
}

function batches() {
  const ids = read('ids.i32', Int32Array);
  const nodes = read('nodes.i32', Int32Array);
  const cut = (values, from) => {
    const width = values.length / ROWS;
    return new ort.Tensor('int32', values.slice(from * width, (from + size) * width), [size, width]);
  };
  return Array.from({length: Math.min(MOST_BATCHES, Math.floor(ROWS / size))}, (_, b) => ({ids: cut(ids, b * size), nodes: cut(nodes, b * size)}));
}

// Every combination of what is worth trying; all graph optimisations and sequential execution throughout.
function settings() {
  const list = [];
  for (const memory of [true, false]) {
    for (const spin of threads > 1 ? [true, false] : [true]) list.push({memory, spin});
  }
  return list;
}

function session(form, {memory, spin}) {
  const made = new binding.InferenceSession();
  made.loadModel(path.join(folder, `${form}.onnx`), {
    intraOpNumThreads: threads,
    interOpNumThreads: 1,
    graphOptimizationLevel: 'all',
    executionMode: 'sequential',
    enableCpuMemArena: memory,
    enableMemPattern: memory,
    extra: {session: {set_denormal_as_zero: '1', intra_op: {allow_spinning: spin ? '1' : '0'}}},
  });
  return made;
}

function repeat(made, feeds, seconds, least) {
  const times = [];
  const end = performance.now() + 1000 * seconds;
  for (let call = 0; call < least || performance.now() < end; call++) {
    const start = performance.now();
    made.run(feeds[call % feeds.length], {scores: null}, {});
    times.push(performance.now() - start);
  }
  times.sort((a, b) => a - b);
  const at = share => times[Math.floor(share * (times.length - 1))];
  return {p50: at(0.5), p99: at(0.99)};
}

// Largest difference to our scores of the same rows.
function difference(made, feeds) {
  const ours = read('scores.f32', Float32Array);
  const tasks = ours.length / ROWS;
  let largest = 0;
  feeds.forEach((feed, b) => {
    const scores = made.run(feed, {scores: null}, {}).scores;
    const values = scores.data ?? scores.cpuData;
    for (let task = 0; task < tasks; task++) {
      for (let row = 0; row < size; row++) {
        largest = Math.max(largest, Math.abs(values[task * size + row] - ours[task * ROWS + b * size + row]));
      }
    }
  });
  return largest;
}

// Times candidates and sorts them, the fastest first.
function trial(list, seconds, least) {
  for (const candidate of list) {
    const made = session(candidate.form, candidate.setting);
    repeat(made, feeds, seconds, least);
    candidate.p50 = repeat(made, feeds, seconds, least).p50;
    made.dispose();
  }
  list.sort((a, b) => a.p50 - b.p50);
}

initOrt();
const feeds = batches();
const candidates = [];
for (const file of fs.readdirSync(folder).filter(name => name.endsWith('.onnx')).sort()) {
  const form = path.basename(file, '.onnx');
  for (const setting of settings()) {
    const name = `${form}, arena and pattern ${setting.memory ? 'on' : 'off'}${threads > 1 ? `, spinning ${setting.spin ? 'on' : 'off'}` : ''}`;
    if (wanted === 'all' || wanted === name) candidates.push({name, form, setting});
  }
}

if (wanted === 'all') {
  trial(candidates, LOOK_SECONDS, 4);
  trial(candidates.filter(c => c.p50 < HOPELESS * candidates[0].p50), TRIAL_SECONDS, 10);
  candidates.sort((a, b) => a.p50 - b.p50);
}

const best = candidates[0];
const made = session(best.form, best.setting);
repeat(made, feeds, Number(warmupText), CALLS);
const measured = repeat(made, feeds, Number(secondsText), CALLS);
console.log(`ONNX Runtime ${ort.env.versions.node}, Node.js ${process.version}; all graph optimisations, sequential, denormals flushed, intra-op threads as named, native session without promises`);
console.log(JSON.stringify({...measured, name: best.name, difference: difference(made, feeds), tried: Object.fromEntries(candidates.map(c => [c.name, c.p50]))}));
