#dims = array<i64: 4, 5>
#all = {d = #dims, s = "\22\0A"}
{-# dialect_resources: {} #-}
module @m attributes {mhlo.num_replicas = 1 : i32} {
  sdy.mesh @mesh = <["x"=2]>
  func.func @main(%x: tensor<4xf32> {jax.buffer_donor = true}) -> tensor<4xf32> {
    %0 = sdy.sharding_constraint %x <@mesh, [{}]> : tensor<4xf32>
    %1 = chlo.erf %0 {a.b = #all, a.c = [1 : i32, "a", #dims], a.t = (f32) -> i1, a.u, a.f = 0x7FC00000 : f32} : tensor<4xf32> -> tensor<4xf32>
    %2 = stablehlo.constant dense<[0x7FC00000, 1.0e-3, -0.0, 1.5]> : tensor<4xf32> loc("a"(#loc))
    %3 = stablehlo.constant dense<"0x0000803F0000803F0000803F0000803F"> : tensor<4xf32>
    %4 = stablehlo.constant dense<[[(1.0, 2.0)]]> : tensor<1x1xcomplex<f64>>
    %5 = stablehlo.constant dense<"0x05"> : tensor<7xi1>
    check.expect_eq_const %1, dense<1.0> : tensor<4xf32>
    return %1 : tensor<4xf32>
  }
}
#loc = loc("f.py":1:2)
