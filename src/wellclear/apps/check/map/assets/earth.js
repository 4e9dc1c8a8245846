// Positions and the plane of the drawing: azimuthal equidistant on the ellipsoid around the middle, both ways.
// Vincenty's formulae, good to a millimetre; near the point opposite the middle they do not settle and the last step is taken.

const [A, F] = [6_378_137, 1 / 298.257223563];
const B = A * (1 - F);
const rad = (degrees) => (degrees * Math.PI) / 180;
const deg = (radians) => (radians * 180) / Math.PI;

function series(cos2alpha) {
  const u2 = (cos2alpha * (A * A - B * B)) / (B * B);
  return [1 + (u2 / 16384) * (4096 + u2 * (-768 + u2 * (320 - 175 * u2))), (u2 / 1024) * (256 + u2 * (-128 + u2 * (74 - 47 * u2)))];
}

const correction = (b, sin, cos, mid) =>
  b * sin * (mid + (b / 4) * (cos * (-1 + 2 * mid * mid) - (b / 6) * mid * (-3 + 4 * sin * sin) * (-3 + 4 * mid * mid)));

const middle = (() => {
  const [lat, lon] = facts.middle;
  const u = Math.atan((1 - F) * Math.tan(rad(lat)));
  return { lat, lon, sin: Math.sin(u), cos: Math.cos(u) };
})();

// Degrees to metres east and north of the middle.
function project(lat, lon) {
  const u = Math.atan((1 - F) * Math.tan(rad(lat)));
  const [sinU, cosU] = [Math.sin(u), Math.cos(u)];
  const turn = rad(((((lon - middle.lon + 180) % 360) + 360) % 360) - 180);
  let lambda = turn;
  let [sin, cos, sigma, cos2alpha, mid] = [0, 1, 0, 0, 0];
  for (let round = 0; round < 40; round += 1) {
    const [east, north] = [cosU * Math.sin(lambda), middle.cos * sinU - middle.sin * cosU * Math.cos(lambda)];
    sin = Math.hypot(east, north);
    if (sin < 1e-14) return [0, 0];
    cos = middle.sin * sinU + middle.cos * cosU * Math.cos(lambda);
    sigma = Math.atan2(sin, cos);
    const alpha = (middle.cos * cosU * Math.sin(lambda)) / sin;
    cos2alpha = 1 - alpha * alpha;
    mid = cos2alpha > 1e-12 ? cos - (2 * middle.sin * sinU) / cos2alpha : 0;
    const c = (F / 16) * cos2alpha * (4 + F * (4 - 3 * cos2alpha));
    const next = turn + (1 - c) * F * alpha * (sigma + c * sin * (mid + c * cos * (-1 + 2 * mid * mid)));
    const settled = Math.abs(next - lambda) < 1e-12;
    lambda = next;
    if (settled) break;
  }
  const [a, b] = series(cos2alpha);
  const distance = B * a * (sigma - correction(b, sin, cos, mid));
  const azimuth = Math.atan2(cosU * Math.sin(lambda), middle.cos * sinU - middle.sin * cosU * Math.cos(lambda));
  return [distance * Math.sin(azimuth), distance * Math.cos(azimuth)];
}

// Metres east and north of the middle to degrees.
function unproject(x, y) {
  const distance = Math.hypot(x, y);
  const [sinA, cosA] = distance ? [x / distance, y / distance] : [0, 1];
  const sigma1 = Math.atan2(middle.sin, middle.cos * cosA);
  const alpha = middle.cos * sinA;
  const cos2alpha = 1 - alpha * alpha;
  const [a, b] = series(cos2alpha);
  let sigma = distance / (B * a);
  let mid = 0;
  for (let round = 0; round < 40; round += 1) {
    mid = Math.cos(2 * sigma1 + sigma);
    const next = distance / (B * a) + correction(b, Math.sin(sigma), Math.cos(sigma), mid);
    const settled = Math.abs(next - sigma) < 1e-12;
    sigma = next;
    if (settled) break;
  }
  const [sin, cos] = [Math.sin(sigma), Math.cos(sigma)];
  const foot = middle.sin * sin - middle.cos * cos * cosA;
  const lat = Math.atan2(middle.sin * cos + middle.cos * sin * cosA, (1 - F) * Math.hypot(alpha, foot));
  const lambda = Math.atan2(sin * sinA, middle.cos * cos - middle.sin * sin * cosA);
  const c = (F / 16) * cos2alpha * (4 + F * (4 - 3 * cos2alpha));
  const turn = lambda - (1 - c) * F * alpha * (sigma + c * sin * (mid + c * cos * (-1 + 2 * mid * mid)));
  return [deg(lat), ((((middle.lon + deg(turn) + 180) % 360) + 360) % 360) - 180];
}

// Degrees with as many places as are of use.
function place(lat, lon, places) {
  const one = (value, width, [plus, minus]) => `${Math.abs(value).toFixed(places).padStart(width + (places ? places + 1 : 0), "0")}°${value < 0 ? minus : plus}`;
  return `${one(lat, 2, "NS")} ${one(lon, 3, "EW")}`;
}
