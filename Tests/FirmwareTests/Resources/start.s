    .syntax unified
    .thumb

    .section .vectors, "a"
    .word __stack_top
    .word reset
    .word handler
    .word other_handler

    @ Hand-written, as people do it: a type, but no size.
    .text
    .global reset
    .type reset, %function
reset:
    ldr r0, =__data_start
    ldr r1, =__data_load
    ldr r2, =__data_end
copy:
    cmp r0, r2
    beq done
    ldr r3, [r1], #4
    str r3, [r0], #4
    b copy
done:
    bl main
stop:
    b stop
    .pool

    @ Neither a type nor a size.
    .global twice
twice:
    adds r0, r0, r0
    bx lr
