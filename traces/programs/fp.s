@ FPv4-SP: arithmetic, comparisons, conversions, rounding modes, flush to zero, default NaN, loads and stores.
  .include "program.inc"
  .equ buffer, 0x20000200
  function main
  push {r4, lr}
  vmov.f32 s0, #1.0
  vmov.f32 s1, #3.0
  vdiv.f32 s2, s0, s1
  vmul.f32 s3, s2, s1
  vsub.f32 s4, s0, s3
  vfma.f32 s4, s2, s1
  vmla.f32 s4, s2, s1
  vnmls.f32 s4, s2, s1
  vfnms.f32 s4, s2, s1
  vsqrt.f32 s5, s1
  vneg.f32 s6, s5
  vabs.f32 s7, s6
  vsqrt.f32 s8, s6              @ invalid
  vcmp.f32 s0, s1
  vmrs apsr_nzcv, fpscr
  it mi
  vmovmi.f32 s9, s1
  vcmpe.f32 s8, s1              @ unordered
  vmrs apsr_nzcv, fpscr
  vcmp.f32 s0, #0
  vmrs r0, fpscr
  ldr r1, =0x00400000
  vmov s10, r1                  @ denormal
  vadd.f32 s11, s10, s10
  ldr r2, =0x01000000           @ FZ
  vmsr fpscr, r2
  vadd.f32 s11, s10, s10
  ldr r2, =0x02C00000           @ DN, towards zero
  vmsr fpscr, r2
  vadd.f32 s12, s8, s0
  vdiv.f32 s13, s0, s1
  vcvt.s32.f32 s14, s6
  vcvtr.s32.f32 s14, s6
  vcvt.u32.f32 s14, s6
  vcvt.f32.u32 s15, s10
  vcvt.f32.s32 s15, s6
  ldr r2, =0x00800000           @ towards minus infinity
  vmsr fpscr, r2
  vcvtr.s32.f32 s14, s6
  vdiv.f32 s13, s0, s1
  movs r2, #0
  vmsr fpscr, r2
  vmov.f32 s16, #2.75
  vcvt.s32.f32 s16, s16, #8
  vcvt.f32.s32 s16, s16, #8
  vcvt.u16.f32 s16, s16, #4
  vcvtb.f16.f32 s17, s5
  vcvtt.f16.f32 s17, s6
  vcvtb.f32.f16 s18, s17
  vcvtt.f32.f16 s19, s17
  ldr r0, =buffer
  vstr s5, [r0, #4]
  vstr d8, [r0, #8]
  vldr d10, [r0, #4]
  vstmia r0!, {s0-s7}
  vldmdb r0!, {d11-d12}
  vpush {d8-d9}
  vpop {s28-s31}
  vmov r3, r4, s28, s29
  vmov d15, r0, r3
  vmov r1, s30
  vldr s27, constant
  pop {r4, pc}
  .align 2
constant: .float 0.1
  .ltorg
