"""The GLSL programs of the map (GLSL ES 1.00 and desktop alike)."""

HEADER = """
#ifdef GL_ES
precision highp float;
#endif
"""
FOG = """
uniform float focal;
uniform vec2 fog_range;
float fog(float w) { return smoothstep(fog_range.x, fog_range.y, w / focal); }
"""

# Lines grow along their mitre normal by half a width measured on the screen: at least 0.55 px (thinner lines fade
# instead) plus half a pixel for the soft edge, so they stay crisp at any zoom and tilt without multisampling.
# Those of which `fades` is below 1 end so far into the fog, and are cut off there by the far plane.
LINE_VS = (
    HEADER
    + FOG
    + """
attribute vec2 aPos;
attribute vec3 aNrm;
attribute float aDist;
uniform mat4 cam;
uniform vec2 viewport;
uniform float halfw;
uniform float pxm;
uniform float fades;
varying float vFog;
varying float vSide;
varying float vHalf;
varying float vThin;
varying float vDist;
void main() {
    vec2 reach = aNrm.xy * halfw / pxm;
    vec4 mid = cam * vec4(aPos, 0.0, 1.0);
    vec4 edge = cam * vec4(aPos + reach, 0.0, 1.0);
    float least = 0.15 * focal;
    vec2 shift = edge.xy / max(edge.w, least) - mid.xy / max(mid.w, least);
    float seen = length(shift * viewport * 0.5) / max(length(aNrm.xy), 0.01);
    float wanted = max(seen, 0.55) + 0.5;
    gl_Position = cam * vec4(aPos + reach * wanted / max(seen, 0.001), 0.0, 1.0);
    vSide = aNrm.z * wanted;
    vHalf = wanted;
    vThin = min(1.0, seen / 0.55);
    vDist = aDist;
    if (fades < 1.0) {
        float end = mix(fog_range.x, fog_range.y, fades);
        vThin *= 1.0 - smoothstep(fog_range.x, end, mid.w / focal);
        gl_Position.z = gl_Position.w + (gl_Position.w - end * focal) * 0.1;
    }
    vFog = fog(mid.w);
}
"""
)
ROAD_FS = (
    HEADER
    + """
varying float vSide;
varying float vHalf;
varying float vThin;
uniform vec4 tint;
void main() { gl_FragColor = vec4(tint.rgb, tint.a * clamp(vHalf - abs(vSide), 0.0, 1.0) * vThin); }
"""
)
# A line that glows, and of which a part is behind the car.
WAY = """
varying float vSide;
varying float vHalf;
varying float vThin;
varying float vDist;
uniform vec4 tint;
uniform float glow;
uniform float passed;
float strength() {
    float across = abs(vSide) / vHalf;
    float crisp = clamp(vHalf - abs(vSide), 0.0, 1.0) * vThin;
    float soft = (1.0 - across) * (1.0 - across);
    return mix(crisp, soft, glow) * clamp((vDist - passed) * 0.5, 0.0, 1.0);
}
"""
WAY_FS = HEADER + WAY + "void main() { gl_FragColor = vec4(tint.rgb, tint.a * strength()); }"
OVER_FS = (
    HEADER
    + WAY
    + """
varying float vFog;
void main() { gl_FragColor = vec4(tint.rgb, tint.a * strength() * (1.0 - vFog)); }
"""
)

AREA_VS = (
    HEADER
    + """
attribute vec2 aPos;
uniform mat4 cam;
void main() { gl_Position = cam * vec4(aPos, 0.0, 1.0); }
"""
)
AREA_FS = (
    HEADER
    + """
uniform vec4 tint;
void main() { gl_FragColor = tint; }
"""
)

# Fog over the far ground, in a strip from `low` (0 bottom to 1 top) up. On a screen, the inverse of the ground's depth
# falls evenly with the height above the focus.
FOG_VS = (
    HEADER
    + """
attribute vec2 aPos;
uniform float low;
uniform float focus;
uniform float slope;
varying float vInverse;
void main() {
    float height = mix(low, 1.0, aPos.y * 0.5 + 0.5);
    gl_Position = vec4(aPos.x, height * 2.0 - 1.0, 0.0, 1.0);
    vInverse = 1.0 - (height - focus) * slope;
}
"""
)
FOG_FS = (
    HEADER
    + """
varying float vInverse;
uniform vec2 fog_range;
uniform vec4 tint;
void main() { gl_FragColor = vec4(tint.rgb, smoothstep(fog_range.x, fog_range.y, 1.0 / max(vInverse, 0.01))); }
"""
)

HOUSE_VS = (
    HEADER
    + FOG
    + """
attribute vec3 aPos;
attribute float aLight;
uniform mat4 cam;
uniform float rise;
uniform vec4 wall;
uniform vec4 roof;
uniform vec4 haze;
varying vec3 vColor;
void main() {
    gl_Position = cam * vec4(aPos.xy, aPos.z * rise, 1.0);
    vColor = mix(mix(wall.rgb, roof.rgb, aLight), haze.rgb, fog(gl_Position.w));
}
"""
)
HOUSE_FS = (
    HEADER
    + """
varying vec3 vColor;
void main() { gl_FragColor = vec4(vColor, 1.0); }
"""
)

# The car: two soft discs and an arrow of two facets, as signed distances in a square lying on the ground.
PUCK_VS = (
    HEADER
    + """
attribute vec2 aPos;
uniform mat4 cam;
uniform vec2 at;
uniform vec2 ahead;
uniform float radius;
varying vec2 vAt;
void main() {
    vec2 on_ground = at + (ahead * aPos.y + vec2(ahead.y, -ahead.x) * aPos.x) * radius;
    gl_Position = cam * vec4(on_ground, 0.0, 1.0);
    vAt = aPos;
}
"""
)
PUCK_FS = (
    HEADER
    + """
varying vec2 vAt;
uniform float pixels;
uniform float stretch;
uniform vec4 body;
uniform vec4 shade;
uniform vec4 disc;
uniform vec4 rim;
float edge(vec2 p, vec2 a, vec2 b) {
    vec2 d = normalize(b - a);
    return dot(p - a, vec2(-d.y, d.x));
}
vec4 over(vec4 top, vec4 below) {
    float a = top.a + below.a * (1.0 - top.a);
    return vec4(mix(below.rgb * below.a, top.rgb, top.a) / max(a, 0.001), a);
}
void main() {
    float r = length(vAt);
    float outer = clamp((0.96 - r) * pixels, 0.0, 1.0);
    float inner = clamp((0.62 - r) * pixels, 0.0, 1.0);
    float ring = clamp(1.0 - abs(r - 0.62) * pixels / 1.2, 0.0, 1.0);
    vec4 color = vec4(disc.rgb, disc.a * (0.55 * outer + 0.75 * inner));
    color = over(vec4(rim.rgb, rim.a * ring * 0.5), color);
    vec2 p = vec2(abs(vAt.x), vAt.y / stretch);
    vec2 tip = vec2(0.0, 0.52);
    vec2 tail = vec2(0.36, -0.40);
    vec2 notch = vec2(0.0, -0.20);
    float dist = min(edge(p, tail, tip), edge(p, notch, tail));
    float shadow = clamp(1.0 + dist * 9.0, 0.0, 1.0) * 0.35;
    color = over(vec4(0.0, 0.02, 0.06, shadow), color);
    float inside = clamp(dist * pixels + 0.5, 0.0, 1.0);
    float right = clamp(vAt.x * pixels + 0.5, 0.0, 1.0);
    gl_FragColor = over(vec4(mix(body.rgb, shade.rgb, right), inside), color);
}
"""
)

# The finished picture in a card with round corners.
CARD_VS = (
    HEADER
    + """
attribute vec2 vPosition;
attribute vec2 vTexCoords0;
uniform mat4 modelview_mat;
uniform mat4 projection_mat;
varying vec2 vUv;
void main() {
    gl_Position = projection_mat * modelview_mat * vec4(vPosition, 0.0, 1.0);
    vUv = vTexCoords0;
}
"""
)
CARD_FS = (
    HEADER
    + """
varying vec2 vUv;
uniform sampler2D texture0;
uniform vec2 size;
uniform float radius;
uniform float opacity;
void main() {
    vec2 q = abs((vUv - 0.5) * size) - size * 0.5 + radius;
    float outside = length(max(q, 0.0)) + min(max(q.x, q.y), 0.0) - radius;
    gl_FragColor = vec4(texture2D(texture0, vUv).rgb, clamp(0.5 - outside, 0.0, 1.0) * opacity);
}
"""
)
COPY_FS = (
    HEADER
    + """
varying vec2 vUv;
uniform sampler2D texture0;
uniform float opacity;
void main() { gl_FragColor = vec4(texture2D(texture0, vUv).rgb, opacity); }
"""
)
