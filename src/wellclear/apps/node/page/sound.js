// Two tones while an alarm is unacknowledged. Silencing is not acknowledging: it ends by itself after 30 s.

import { state } from "./state.js";

const SILENCE_MS = 30_000;
const REPEAT_S = 1.6;
let audio;
let last = 0;

// Browsers give sound only after a person's click.
export async function enableSound() {
  audio ??= new AudioContext();
  await audio.resume();
  state.sound = audio.state === "running";
  audio.onstatechange = () => { state.sound = audio.state === "running"; };
  tone(660, 0, 0.12);
}

export function silence() {
  state.silencedUntil = performance.now() + SILENCE_MS;
}

export const silentFor = () => Math.max(0, state.silencedUntil - performance.now());

function tone(hertz, after, seconds) {
  const [source, gain] = [audio.createOscillator(), audio.createGain()];
  const start = audio.currentTime + after;
  source.frequency.value = hertz;
  gain.gain.setValueAtTime(0, start);
  gain.gain.linearRampToValueAtTime(0.25, start + 0.02);
  gain.gain.setValueAtTime(0.25, start + seconds - 0.03);
  gain.gain.linearRampToValueAtTime(0, start + seconds);
  source.connect(gain).connect(audio.destination);
  source.start(start);
  source.stop(start + seconds);
}

// Called a few times a second with the gravest level that is unacknowledged, or none.
export function ring(level) {
  if (!level || !state.sound || silentFor() > 0 || audio.currentTime - last < REPEAT_S) return;
  last = audio.currentTime;
  const grave = level === "alarm";
  tone(grave ? 880 : 520, 0, 0.3);
  tone(grave ? 660 : 440, 0.32, 0.3);
  if (grave) tone(880, 0.64, 0.3);
}
