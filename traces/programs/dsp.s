@ The DSP extension: parallel arithmetic with GE and SEL, saturation with Q, dual and long multiplications, packing.
  .include "program.inc"
  function main
  push {r4-r7, lr}
  ldr r0, =0x7FFF8000
  ldr r1, =0x80010102
  ldr r2, =0x7F80FF01
  ldr r3, =0x01FF8001
  sadd16 r4, r0, r1
  sel r5, r0, r1
  usub8 r4, r2, r3
  sel r5, r2, r3
  uadd8 r4, r2, r3
  sel r5, r3, r2
  sasx r4, r0, r1
  ssax r4, r0, r1
  qadd16 r4, r0, r1
  qsub8 r4, r2, r3
  uqadd16 r4, r0, r1
  uqsub8 r4, r2, r3
  shadd16 r4, r0, r1
  uhsub8 r4, r2, r3
  shasx r4, r0, r1
  uhsax r4, r0, r1
  mrs r6, apsr
  qadd r4, r0, r0
  mrs r6, apsr
  movs r5, #0
  msr apsr_nzcvq, r5
  qdsub r4, r1, r0
  ssat r4, #9, r0
  usat r4, #7, r1
  msr apsr_nzcvqg, r5
  ssat16 r4, #5, r0
  usat16 r4, #9, r1
  smulbb r4, r0, r1
  smultt r4, r0, r1
  smulwb r4, r0, r1
  msr apsr_nzcvqg, r5
  smlabb r4, r0, r0, r0
  smlatb r4, r0, r1, r4
  smlawt r4, r0, r1, r4
  smuad r4, r0, r1
  smusdx r4, r0, r1
  smlad r4, r0, r1, r4
  smladx r4, r0, r1, r4
  smlsd r4, r0, r1, r4
  smlald r4, r5, r0, r1
  smlsldx r4, r5, r0, r1
  smlalbt r4, r5, r0, r1
  umaal r4, r5, r2, r3
  smmul r4, r0, r1
  smmulr r4, r0, r1
  smmla r4, r0, r1, r2
  smmlsr r4, r0, r1, r2
  usad8 r4, r2, r3
  usada8 r4, r2, r3, r4
  pkhbt r4, r0, r1, lsl #4
  pkhtb r4, r0, r1, asr #12
  sxtab16 r4, r2, r3, ror #8
  uxtb16 r4, r2, ror #16
  sxtah r4, r2, r3
  uxtab r4, r2, r3, ror #24
  pop {r4-r7, pc}
  .ltorg
