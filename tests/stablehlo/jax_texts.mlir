// Programs as JAX lowers them; tools/make_jax_texts.py wrote them.
// ----- mlp
#loc1 = loc("x")
#loc2 = loc("w")
#loc3 = loc("b")
module @jit_mlp attributes {mhlo.num_partitions = 1 : i32, mhlo.num_replicas = 1 : i32} {
  func.func public @main(%arg0: tensor<4x8xf32> loc("x"), %arg1: tensor<8x16xf32> loc("w"), %arg2: tensor<16xf32> loc("b")) -> (tensor<4x16xf32> {jax.result_info = "result"}) {
    %0 = stablehlo.dot_general %arg0, %arg1, contracting_dims = [1] x [0], precision = [DEFAULT, DEFAULT] : (tensor<4x8xf32>, tensor<8x16xf32>) -> tensor<4x16xf32> loc(#loc19)
    %1 = stablehlo.broadcast_in_dim %arg2, dims = [1] : (tensor<16xf32>) -> tensor<1x16xf32> loc(#loc20)
    %2 = stablehlo.broadcast_in_dim %1, dims = [0, 1] : (tensor<1x16xf32>) -> tensor<4x16xf32> loc(#loc21)
    %3 = stablehlo.add %0, %2 : tensor<4x16xf32> loc(#loc21)
    %4 = stablehlo.multiply %3, %3 : tensor<4x16xf32> loc(#loc22)
    %5 = stablehlo.multiply %4, %3 : tensor<4x16xf32> loc(#loc22)
    %cst = stablehlo.constant dense<4.471500e-02> : tensor<f32> loc(#loc18)
    %6 = stablehlo.broadcast_in_dim %cst, dims = [] : (tensor<f32>) -> tensor<4x16xf32> loc(#loc23)
    %7 = stablehlo.multiply %6, %5 : tensor<4x16xf32> loc(#loc23)
    %8 = stablehlo.add %3, %7 : tensor<4x16xf32> loc(#loc24)
    %cst_0 = stablehlo.constant dense<0.797884583> : tensor<f32> loc(#loc18)
    %9 = stablehlo.broadcast_in_dim %cst_0, dims = [] : (tensor<f32>) -> tensor<4x16xf32> loc(#loc23)
    %10 = stablehlo.multiply %9, %8 : tensor<4x16xf32> loc(#loc23)
    %11 = stablehlo.tanh %10 : tensor<4x16xf32> loc(#loc25)
    %cst_1 = stablehlo.constant dense<1.000000e+00> : tensor<f32> loc(#loc18)
    %12 = stablehlo.broadcast_in_dim %cst_1, dims = [] : (tensor<f32>) -> tensor<4x16xf32> loc(#loc24)
    %13 = stablehlo.add %12, %11 : tensor<4x16xf32> loc(#loc24)
    %cst_2 = stablehlo.constant dense<5.000000e-01> : tensor<f32> loc(#loc18)
    %14 = stablehlo.broadcast_in_dim %cst_2, dims = [] : (tensor<f32>) -> tensor<4x16xf32> loc(#loc23)
    %15 = stablehlo.multiply %14, %13 : tensor<4x16xf32> loc(#loc23)
    %16 = stablehlo.multiply %3, %15 : tensor<4x16xf32> loc(#loc23)
    return %16 : tensor<4x16xf32> loc(#loc18)
  } loc(#loc)
} loc(#loc)
#loc = loc(unknown)
#loc4 = loc("make_jax_texts.py":34:23 to :28)
#loc5 = loc("make_jax_texts.py":155:21 to :102)
#loc6 = loc("make_jax_texts.py":162:4 to :21)
#loc7 = loc("make_jax_texts.py":34:23 to :32)
#loc8 = loc("make_jax_texts.py":34:11 to :33)
#loc9 = loc("mlp"(#loc4))
#loc10 = loc("main"(#loc5))
#loc11 = loc("<module>"(#loc6))
#loc12 = loc("mlp"(#loc7))
#loc13 = loc("mlp"(#loc8))
#loc14 = loc(callsite(#loc10 at #loc11))
#loc15 = loc(callsite(#loc9 at #loc14))
#loc16 = loc(callsite(#loc12 at #loc14))
#loc17 = loc(callsite(#loc13 at #loc14))
#loc18 = loc("jit(mlp)"(#loc14))
#loc19 = loc("jit(mlp)/dot_general"(#loc15))
#loc20 = loc("jit(mlp)/broadcast_in_dim"(#loc16))
#loc21 = loc("jit(mlp)/add"(#loc16))
#loc22 = loc("jit(mlp)/integer_pow"(#loc17))
#loc23 = loc("jit(mlp)/mul"(#loc17))
#loc24 = loc("jit(mlp)/add"(#loc17))
#loc25 = loc("jit(mlp)/tanh"(#loc17))
// ----- mlp generic
"builtin.module"() <{sym_name = "jit_mlp"}> ({
  "func.func"() <{arg_attrs = [{}, {}, {}], function_type = (tensor<4x8xf32>, tensor<8x16xf32>, tensor<16xf32>) -> tensor<4x16xf32>, res_attrs = [{jax.result_info = "result"}], sym_name = "main", sym_visibility = "public"}> ({
  ^bb0(%arg0: tensor<4x8xf32>, %arg1: tensor<8x16xf32>, %arg2: tensor<16xf32>):
    %0 = "stablehlo.dot_general"(%arg0, %arg1) <{dot_dimension_numbers = #stablehlo.dot<lhs_contracting_dimensions = [1], rhs_contracting_dimensions = [0]>, precision_config = [#stablehlo<precision DEFAULT>, #stablehlo<precision DEFAULT>]}> : (tensor<4x8xf32>, tensor<8x16xf32>) -> tensor<4x16xf32>
    %1 = "stablehlo.broadcast_in_dim"(%arg2) <{broadcast_dimensions = array<i64: 1>}> : (tensor<16xf32>) -> tensor<1x16xf32>
    %2 = "stablehlo.broadcast_in_dim"(%1) <{broadcast_dimensions = array<i64: 0, 1>}> : (tensor<1x16xf32>) -> tensor<4x16xf32>
    %3 = "stablehlo.add"(%0, %2) : (tensor<4x16xf32>, tensor<4x16xf32>) -> tensor<4x16xf32>
    %4 = "stablehlo.multiply"(%3, %3) : (tensor<4x16xf32>, tensor<4x16xf32>) -> tensor<4x16xf32>
    %5 = "stablehlo.multiply"(%4, %3) : (tensor<4x16xf32>, tensor<4x16xf32>) -> tensor<4x16xf32>
    %6 = "stablehlo.constant"() <{value = dense<4.471500e-02> : tensor<f32>}> : () -> tensor<f32>
    %7 = "stablehlo.broadcast_in_dim"(%6) <{broadcast_dimensions = array<i64>}> : (tensor<f32>) -> tensor<4x16xf32>
    %8 = "stablehlo.multiply"(%7, %5) : (tensor<4x16xf32>, tensor<4x16xf32>) -> tensor<4x16xf32>
    %9 = "stablehlo.add"(%3, %8) : (tensor<4x16xf32>, tensor<4x16xf32>) -> tensor<4x16xf32>
    %10 = "stablehlo.constant"() <{value = dense<0.797884583> : tensor<f32>}> : () -> tensor<f32>
    %11 = "stablehlo.broadcast_in_dim"(%10) <{broadcast_dimensions = array<i64>}> : (tensor<f32>) -> tensor<4x16xf32>
    %12 = "stablehlo.multiply"(%11, %9) : (tensor<4x16xf32>, tensor<4x16xf32>) -> tensor<4x16xf32>
    %13 = "stablehlo.tanh"(%12) : (tensor<4x16xf32>) -> tensor<4x16xf32>
    %14 = "stablehlo.constant"() <{value = dense<1.000000e+00> : tensor<f32>}> : () -> tensor<f32>
    %15 = "stablehlo.broadcast_in_dim"(%14) <{broadcast_dimensions = array<i64>}> : (tensor<f32>) -> tensor<4x16xf32>
    %16 = "stablehlo.add"(%15, %13) : (tensor<4x16xf32>, tensor<4x16xf32>) -> tensor<4x16xf32>
    %17 = "stablehlo.constant"() <{value = dense<5.000000e-01> : tensor<f32>}> : () -> tensor<f32>
    %18 = "stablehlo.broadcast_in_dim"(%17) <{broadcast_dimensions = array<i64>}> : (tensor<f32>) -> tensor<4x16xf32>
    %19 = "stablehlo.multiply"(%18, %16) : (tensor<4x16xf32>, tensor<4x16xf32>) -> tensor<4x16xf32>
    %20 = "stablehlo.multiply"(%3, %19) : (tensor<4x16xf32>, tensor<4x16xf32>) -> tensor<4x16xf32>
    "func.return"(%20) : (tensor<4x16xf32>) -> ()
  }) : () -> ()
}) {mhlo.num_partitions = 1 : i32, mhlo.num_replicas = 1 : i32} : () -> ()
// ----- attention
#loc = loc(unknown)
#loc1 = loc("q")
#loc2 = loc("k")
#loc3 = loc("v")
module @jit_attention attributes {mhlo.num_partitions = 1 : i32, mhlo.num_replicas = 1 : i32} {
  func.func public @main(%arg0: tensor<2x16x4x8xbf16> loc("q"), %arg1: tensor<2x16x4x8xbf16> loc("k"), %arg2: tensor<2x16x4x8xbf16> loc("v")) -> (tensor<2x16x4x8xbf16> {jax.result_info = "result"}) {
    %0 = stablehlo.reshape %arg0 : (tensor<2x16x4x8xbf16>) -> tensor<2x16x4x1x8xbf16> loc(#loc19)
    %1 = stablehlo.dot_general %0, %arg1, batching_dims = [0, 2] x [0, 2], contracting_dims = [4] x [3], precision = [DEFAULT, DEFAULT], algorithm = <lhs_precision_type = bf16, rhs_precision_type = bf16, accumulation_type = f32, lhs_component_count = 1, rhs_component_count = 1, num_primitive_operations = 1, allow_imprecise_accumulation = false> : (tensor<2x16x4x1x8xbf16>, tensor<2x16x4x8xbf16>) -> tensor<2x4x16x1x16xf32> loc(#loc20)
    %cst = stablehlo.constant dense<0.353553385> : tensor<f32> loc(#loc18)
    %2 = stablehlo.broadcast_in_dim %cst, dims = [] : (tensor<f32>) -> tensor<2x4x16x1x16xf32> loc(#loc21)
    %3 = stablehlo.multiply %1, %2 : tensor<2x4x16x1x16xf32> loc(#loc21)
    %c = stablehlo.constant dense<true> : tensor<i1> loc(#loc18)
    %4 = stablehlo.broadcast_in_dim %c, dims = [] : (tensor<i1>) -> tensor<2x4x16x16xi1> loc(#loc22)
    %c_0 = stablehlo.constant dense<true> : tensor<i1> loc(#loc18)
    %5 = stablehlo.broadcast_in_dim %c_0, dims = [] : (tensor<i1>) -> tensor<16x16xi1> loc(#loc22)
    %6 = call @tril(%5) : (tensor<16x16xi1>) -> tensor<16x16xi1> loc(#loc23)
    %7 = stablehlo.broadcast_in_dim %6, dims = [2, 3] : (tensor<16x16xi1>) -> tensor<1x1x16x16xi1> loc(#loc22)
    %8 = stablehlo.broadcast_in_dim %7, dims = [0, 1, 2, 3] : (tensor<1x1x16x16xi1>) -> tensor<2x4x16x16xi1> loc(#loc24)
    %9 = stablehlo.and %4, %8 : tensor<2x4x16x16xi1> loc(#loc24)
    %cst_1 = stablehlo.constant dense<-2.38197633E+38> : tensor<f32> loc(#loc18)
    %10 = call @_where(%9, %3, %cst_1) : (tensor<2x4x16x16xi1>, tensor<2x4x16x1x16xf32>, tensor<f32>) -> tensor<1x2x4x16x16xf32> loc(#loc25)
    %cst_2 = stablehlo.constant dense<0xFF800000> : tensor<f32> loc(#loc26)
    %11 = stablehlo.reduce(%10 init: %cst_2) applies stablehlo.maximum across dimensions = [4] : (tensor<1x2x4x16x16xf32>, tensor<f32>) -> tensor<1x2x4x16xf32> loc(#loc26)
    %cst_3 = stablehlo.constant dense<0xFF800000> : tensor<f32> loc(#loc18)
    %12 = stablehlo.broadcast_in_dim %cst_3, dims = [] : (tensor<f32>) -> tensor<1x2x4x16xf32> loc(#loc27)
    %13 = stablehlo.maximum %12, %11 : tensor<1x2x4x16xf32> loc(#loc27)
    %14 = stablehlo.broadcast_in_dim %13, dims = [0, 1, 2, 3] : (tensor<1x2x4x16xf32>) -> tensor<1x2x4x16x1xf32> loc(#loc22)
    %15 = stablehlo.broadcast_in_dim %14, dims = [0, 1, 2, 3, 4] : (tensor<1x2x4x16x1xf32>) -> tensor<1x2x4x16x16xf32> loc(#loc28)
    %16 = stablehlo.subtract %10, %15 : tensor<1x2x4x16x16xf32> loc(#loc28)
    %17 = stablehlo.exponential %16 : tensor<1x2x4x16x16xf32> loc(#loc29)
    %cst_4 = stablehlo.constant dense<0.000000e+00> : tensor<f32> loc(#loc30)
    %18 = stablehlo.reduce(%17 init: %cst_4) applies stablehlo.add across dimensions = [4] : (tensor<1x2x4x16x16xf32>, tensor<f32>) -> tensor<1x2x4x16xf32> loc(#loc30)
    %19 = stablehlo.broadcast_in_dim %18, dims = [0, 1, 2, 3] : (tensor<1x2x4x16xf32>) -> tensor<1x2x4x16x1xf32> loc(#loc22)
    %20 = stablehlo.broadcast_in_dim %19, dims = [0, 1, 2, 3, 4] : (tensor<1x2x4x16x1xf32>) -> tensor<1x2x4x16x16xf32> loc(#loc31)
    %21 = stablehlo.divide %17, %20 : tensor<1x2x4x16x16xf32> loc(#loc31)
    %22 = stablehlo.convert %21 : (tensor<1x2x4x16x16xf32>) -> tensor<1x2x4x16x16xbf16> loc(#loc32)
    %23 = stablehlo.dot_general %arg2, %22, batching_dims = [0, 2] x [1, 2], contracting_dims = [1] x [4], precision = [DEFAULT, DEFAULT] : (tensor<2x16x4x8xbf16>, tensor<1x2x4x16x16xbf16>) -> tensor<2x4x8x1x16xbf16> loc(#loc33)
    %24 = stablehlo.transpose %23, dims = [3, 0, 4, 1, 2] : (tensor<2x4x8x1x16xbf16>) -> tensor<1x2x16x4x8xbf16> loc(#loc34)
    %25 = stablehlo.transpose %24, dims = [1, 2, 3, 0, 4] : (tensor<1x2x16x4x8xbf16>) -> tensor<2x16x4x1x8xbf16> loc(#loc35)
    %26 = stablehlo.reshape %25 : (tensor<2x16x4x1x8xbf16>) -> tensor<2x16x4x8xbf16> loc(#loc19)
    return %26 : tensor<2x16x4x8xbf16> loc(#loc18)
  } loc(#loc)
  func.func private @tril(%arg0: tensor<16x16xi1> loc(unknown)) -> tensor<16x16xi1> {
    %0 = stablehlo.iota dim = 0 : tensor<16x16xi32> loc(#loc7)
    %c = stablehlo.constant dense<0> : tensor<i32> loc(#loc)
    %1 = stablehlo.broadcast_in_dim %c, dims = [] : (tensor<i32>) -> tensor<16x16xi32> loc(#loc8)
    %2 = stablehlo.add %0, %1 : tensor<16x16xi32> loc(#loc8)
    %3 = stablehlo.iota dim = 1 : tensor<16x16xi32> loc(#loc7)
    %4 = stablehlo.compare GE, %2, %3, SIGNED : (tensor<16x16xi32>, tensor<16x16xi32>) -> tensor<16x16xi1> loc(#loc9)
    %c_0 = stablehlo.constant dense<false> : tensor<i1> loc(#loc)
    %5 = stablehlo.broadcast_in_dim %c_0, dims = [] : (tensor<i1>) -> tensor<16x16xi1> loc(#loc10)
    %6 = stablehlo.select %4, %arg0, %5 : tensor<16x16xi1>, tensor<16x16xi1> loc(#loc11)
    return %6 : tensor<16x16xi1> loc(#loc)
  } loc(#loc37)
  func.func private @_where(%arg0: tensor<2x4x16x16xi1> loc(unknown), %arg1: tensor<2x4x16x1x16xf32> loc(unknown), %arg2: tensor<f32> loc(unknown)) -> tensor<1x2x4x16x16xf32> {
    %0 = stablehlo.broadcast_in_dim %arg2, dims = [] : (tensor<f32>) -> tensor<2x4x16x16xf32> loc(#loc10)
    %1 = stablehlo.broadcast_in_dim %arg0, dims = [1, 2, 3, 4] : (tensor<2x4x16x16xi1>) -> tensor<1x2x4x16x16xi1> loc(#loc10)
    %2 = stablehlo.broadcast_in_dim %0, dims = [1, 2, 3, 4] : (tensor<2x4x16x16xf32>) -> tensor<1x2x4x16x16xf32> loc(#loc10)
    %3 = stablehlo.transpose %arg1, dims = [3, 0, 1, 2, 4] : (tensor<2x4x16x1x16xf32>) -> tensor<1x2x4x16x16xf32> loc(#loc12)
    %4 = stablehlo.select %1, %3, %2 : tensor<1x2x4x16x16xi1>, tensor<1x2x4x16x16xf32> loc(#loc11)
    return %4 : tensor<1x2x4x16x16xf32> loc(#loc)
  } loc(#loc37)
} loc(#loc)
#loc4 = loc("make_jax_texts.py":39:11 to :64)
#loc5 = loc("make_jax_texts.py":155:21 to :102)
#loc6 = loc("make_jax_texts.py":162:4 to :21)
#loc7 = loc("iota")
#loc8 = loc("add")
#loc9 = loc("ge")
#loc10 = loc("broadcast_in_dim")
#loc11 = loc("select_n")
#loc12 = loc("transpose")
#loc13 = loc("attention"(#loc4))
#loc14 = loc("main"(#loc5))
#loc15 = loc("<module>"(#loc6))
#loc16 = loc(callsite(#loc14 at #loc15))
#loc17 = loc(callsite(#loc13 at #loc16))
#loc18 = loc("jit(attention)"(#loc16))
#loc19 = loc("jit(attention)/reshape"(#loc17))
#loc20 = loc("jit(attention)/vmap(BTNH,BSNH->BNTS)/dot_general"(#loc17))
#loc21 = loc("jit(attention)/vmap()/mul"(#loc17))
#loc22 = loc("jit(attention)/vmap()/broadcast_in_dim"(#loc17))
#loc23 = loc("jit(attention)/vmap(jit(tril))"(#loc17))
#loc24 = loc("jit(attention)/vmap()/and"(#loc17))
#loc25 = loc("jit(attention)/vmap(jit(_where))"(#loc17))
#loc26 = loc("jit(attention)/vmap()/reduce_max"(#loc17))
#loc27 = loc("jit(attention)/vmap()/max"(#loc17))
#loc28 = loc("jit(attention)/vmap()/sub"(#loc17))
#loc29 = loc("jit(attention)/vmap()/exp"(#loc17))
#loc30 = loc("jit(attention)/vmap()/reduce_sum"(#loc17))
#loc31 = loc("jit(attention)/vmap()/div"(#loc17))
#loc32 = loc("jit(attention)/vmap()/convert_element_type"(#loc17))
#loc33 = loc("jit(attention)/vmap(BNTS,BSNH->BTNH)/dot_general"(#loc17))
#loc34 = loc("jit(attention)/vmap(BNTS,BSNH->BTNH)/transpose"(#loc17))
#loc35 = loc("jit(attention)/vmap()/transpose"(#loc17))
#loc36 = loc("jit(attention)/vmap()/jit"(#loc17))
#loc37 = loc("jit:"(#loc36))
// ----- attention generic
"builtin.module"() <{sym_name = "jit_attention"}> ({
  "func.func"() <{arg_attrs = [{}, {}, {}], function_type = (tensor<2x16x4x8xbf16>, tensor<2x16x4x8xbf16>, tensor<2x16x4x8xbf16>) -> tensor<2x16x4x8xbf16>, res_attrs = [{jax.result_info = "result"}], sym_name = "main", sym_visibility = "public"}> ({
  ^bb0(%arg4: tensor<2x16x4x8xbf16>, %arg5: tensor<2x16x4x8xbf16>, %arg6: tensor<2x16x4x8xbf16>):
    %14 = "stablehlo.reshape"(%arg4) : (tensor<2x16x4x8xbf16>) -> tensor<2x16x4x1x8xbf16>
    %15 = "stablehlo.dot_general"(%14, %arg5) <{algorithm = #stablehlo.dot_algorithm<lhs_precision_type = bf16, rhs_precision_type = bf16, accumulation_type = f32, lhs_component_count = 1, rhs_component_count = 1, num_primitive_operations = 1, allow_imprecise_accumulation = false>, dot_dimension_numbers = #stablehlo.dot<lhs_batching_dimensions = [0, 2], rhs_batching_dimensions = [0, 2], lhs_contracting_dimensions = [4], rhs_contracting_dimensions = [3]>, precision_config = [#stablehlo<precision DEFAULT>, #stablehlo<precision DEFAULT>]}> : (tensor<2x16x4x1x8xbf16>, tensor<2x16x4x8xbf16>) -> tensor<2x4x16x1x16xf32>
    %16 = "stablehlo.constant"() <{value = dense<0.353553385> : tensor<f32>}> : () -> tensor<f32>
    %17 = "stablehlo.broadcast_in_dim"(%16) <{broadcast_dimensions = array<i64>}> : (tensor<f32>) -> tensor<2x4x16x1x16xf32>
    %18 = "stablehlo.multiply"(%15, %17) : (tensor<2x4x16x1x16xf32>, tensor<2x4x16x1x16xf32>) -> tensor<2x4x16x1x16xf32>
    %19 = "stablehlo.constant"() <{value = dense<true> : tensor<i1>}> : () -> tensor<i1>
    %20 = "stablehlo.broadcast_in_dim"(%19) <{broadcast_dimensions = array<i64>}> : (tensor<i1>) -> tensor<2x4x16x16xi1>
    %21 = "stablehlo.constant"() <{value = dense<true> : tensor<i1>}> : () -> tensor<i1>
    %22 = "stablehlo.broadcast_in_dim"(%21) <{broadcast_dimensions = array<i64>}> : (tensor<i1>) -> tensor<16x16xi1>
    %23 = "func.call"(%22) <{callee = @tril}> : (tensor<16x16xi1>) -> tensor<16x16xi1>
    %24 = "stablehlo.broadcast_in_dim"(%23) <{broadcast_dimensions = array<i64: 2, 3>}> : (tensor<16x16xi1>) -> tensor<1x1x16x16xi1>
    %25 = "stablehlo.broadcast_in_dim"(%24) <{broadcast_dimensions = array<i64: 0, 1, 2, 3>}> : (tensor<1x1x16x16xi1>) -> tensor<2x4x16x16xi1>
    %26 = "stablehlo.and"(%20, %25) : (tensor<2x4x16x16xi1>, tensor<2x4x16x16xi1>) -> tensor<2x4x16x16xi1>
    %27 = "stablehlo.constant"() <{value = dense<-2.38197633E+38> : tensor<f32>}> : () -> tensor<f32>
    %28 = "func.call"(%26, %18, %27) <{callee = @_where}> : (tensor<2x4x16x16xi1>, tensor<2x4x16x1x16xf32>, tensor<f32>) -> tensor<1x2x4x16x16xf32>
    %29 = "stablehlo.constant"() <{value = dense<0xFF800000> : tensor<f32>}> : () -> tensor<f32>
    %30 = "stablehlo.reduce"(%28, %29) <{dimensions = array<i64: 4>}> ({
    ^bb0(%arg9: tensor<f32>, %arg10: tensor<f32>):
      %49 = "stablehlo.maximum"(%arg9, %arg10) : (tensor<f32>, tensor<f32>) -> tensor<f32>
      "stablehlo.return"(%49) : (tensor<f32>) -> ()
    }) : (tensor<1x2x4x16x16xf32>, tensor<f32>) -> tensor<1x2x4x16xf32>
    %31 = "stablehlo.constant"() <{value = dense<0xFF800000> : tensor<f32>}> : () -> tensor<f32>
    %32 = "stablehlo.broadcast_in_dim"(%31) <{broadcast_dimensions = array<i64>}> : (tensor<f32>) -> tensor<1x2x4x16xf32>
    %33 = "stablehlo.maximum"(%32, %30) : (tensor<1x2x4x16xf32>, tensor<1x2x4x16xf32>) -> tensor<1x2x4x16xf32>
    %34 = "stablehlo.broadcast_in_dim"(%33) <{broadcast_dimensions = array<i64: 0, 1, 2, 3>}> : (tensor<1x2x4x16xf32>) -> tensor<1x2x4x16x1xf32>
    %35 = "stablehlo.broadcast_in_dim"(%34) <{broadcast_dimensions = array<i64: 0, 1, 2, 3, 4>}> : (tensor<1x2x4x16x1xf32>) -> tensor<1x2x4x16x16xf32>
    %36 = "stablehlo.subtract"(%28, %35) : (tensor<1x2x4x16x16xf32>, tensor<1x2x4x16x16xf32>) -> tensor<1x2x4x16x16xf32>
    %37 = "stablehlo.exponential"(%36) : (tensor<1x2x4x16x16xf32>) -> tensor<1x2x4x16x16xf32>
    %38 = "stablehlo.constant"() <{value = dense<0.000000e+00> : tensor<f32>}> : () -> tensor<f32>
    %39 = "stablehlo.reduce"(%37, %38) <{dimensions = array<i64: 4>}> ({
    ^bb0(%arg7: tensor<f32>, %arg8: tensor<f32>):
      %48 = "stablehlo.add"(%arg7, %arg8) : (tensor<f32>, tensor<f32>) -> tensor<f32>
      "stablehlo.return"(%48) : (tensor<f32>) -> ()
    }) : (tensor<1x2x4x16x16xf32>, tensor<f32>) -> tensor<1x2x4x16xf32>
    %40 = "stablehlo.broadcast_in_dim"(%39) <{broadcast_dimensions = array<i64: 0, 1, 2, 3>}> : (tensor<1x2x4x16xf32>) -> tensor<1x2x4x16x1xf32>
    %41 = "stablehlo.broadcast_in_dim"(%40) <{broadcast_dimensions = array<i64: 0, 1, 2, 3, 4>}> : (tensor<1x2x4x16x1xf32>) -> tensor<1x2x4x16x16xf32>
    %42 = "stablehlo.divide"(%37, %41) : (tensor<1x2x4x16x16xf32>, tensor<1x2x4x16x16xf32>) -> tensor<1x2x4x16x16xf32>
    %43 = "stablehlo.convert"(%42) : (tensor<1x2x4x16x16xf32>) -> tensor<1x2x4x16x16xbf16>
    %44 = "stablehlo.dot_general"(%arg6, %43) <{dot_dimension_numbers = #stablehlo.dot<lhs_batching_dimensions = [0, 2], rhs_batching_dimensions = [1, 2], lhs_contracting_dimensions = [1], rhs_contracting_dimensions = [4]>, precision_config = [#stablehlo<precision DEFAULT>, #stablehlo<precision DEFAULT>]}> : (tensor<2x16x4x8xbf16>, tensor<1x2x4x16x16xbf16>) -> tensor<2x4x8x1x16xbf16>
    %45 = "stablehlo.transpose"(%44) <{permutation = array<i64: 3, 0, 4, 1, 2>}> : (tensor<2x4x8x1x16xbf16>) -> tensor<1x2x16x4x8xbf16>
    %46 = "stablehlo.transpose"(%45) <{permutation = array<i64: 1, 2, 3, 0, 4>}> : (tensor<1x2x16x4x8xbf16>) -> tensor<2x16x4x1x8xbf16>
    %47 = "stablehlo.reshape"(%46) : (tensor<2x16x4x1x8xbf16>) -> tensor<2x16x4x8xbf16>
    "func.return"(%47) : (tensor<2x16x4x8xbf16>) -> ()
  }) : () -> ()
  "func.func"() <{arg_attrs = [{}], function_type = (tensor<16x16xi1>) -> tensor<16x16xi1>, res_attrs = [{}], sym_name = "tril", sym_visibility = "private"}> ({
  ^bb0(%arg3: tensor<16x16xi1>):
    %5 = "stablehlo.iota"() <{iota_dimension = 0 : i64}> : () -> tensor<16x16xi32>
    %6 = "stablehlo.constant"() <{value = dense<0> : tensor<i32>}> : () -> tensor<i32>
    %7 = "stablehlo.broadcast_in_dim"(%6) <{broadcast_dimensions = array<i64>}> : (tensor<i32>) -> tensor<16x16xi32>
    %8 = "stablehlo.add"(%5, %7) : (tensor<16x16xi32>, tensor<16x16xi32>) -> tensor<16x16xi32>
    %9 = "stablehlo.iota"() <{iota_dimension = 1 : i64}> : () -> tensor<16x16xi32>
    %10 = "stablehlo.compare"(%8, %9) <{compare_type = #stablehlo<comparison_type SIGNED>, comparison_direction = #stablehlo<comparison_direction GE>}> : (tensor<16x16xi32>, tensor<16x16xi32>) -> tensor<16x16xi1>
    %11 = "stablehlo.constant"() <{value = dense<false> : tensor<i1>}> : () -> tensor<i1>
    %12 = "stablehlo.broadcast_in_dim"(%11) <{broadcast_dimensions = array<i64>}> : (tensor<i1>) -> tensor<16x16xi1>
    %13 = "stablehlo.select"(%10, %arg3, %12) : (tensor<16x16xi1>, tensor<16x16xi1>, tensor<16x16xi1>) -> tensor<16x16xi1>
    "func.return"(%13) : (tensor<16x16xi1>) -> ()
  }) : () -> ()
  "func.func"() <{arg_attrs = [{}, {}, {}], function_type = (tensor<2x4x16x16xi1>, tensor<2x4x16x1x16xf32>, tensor<f32>) -> tensor<1x2x4x16x16xf32>, res_attrs = [{}], sym_name = "_where", sym_visibility = "private"}> ({
  ^bb0(%arg0: tensor<2x4x16x16xi1>, %arg1: tensor<2x4x16x1x16xf32>, %arg2: tensor<f32>):
    %0 = "stablehlo.broadcast_in_dim"(%arg2) <{broadcast_dimensions = array<i64>}> : (tensor<f32>) -> tensor<2x4x16x16xf32>
    %1 = "stablehlo.broadcast_in_dim"(%arg0) <{broadcast_dimensions = array<i64: 1, 2, 3, 4>}> : (tensor<2x4x16x16xi1>) -> tensor<1x2x4x16x16xi1>
    %2 = "stablehlo.broadcast_in_dim"(%0) <{broadcast_dimensions = array<i64: 1, 2, 3, 4>}> : (tensor<2x4x16x16xf32>) -> tensor<1x2x4x16x16xf32>
    %3 = "stablehlo.transpose"(%arg1) <{permutation = array<i64: 3, 0, 1, 2, 4>}> : (tensor<2x4x16x1x16xf32>) -> tensor<1x2x4x16x16xf32>
    %4 = "stablehlo.select"(%1, %3, %2) : (tensor<1x2x4x16x16xi1>, tensor<1x2x4x16x16xf32>, tensor<1x2x4x16x16xf32>) -> tensor<1x2x4x16x16xf32>
    "func.return"(%4) : (tensor<1x2x4x16x16xf32>) -> ()
  }) : () -> ()
}) {mhlo.num_partitions = 1 : i32, mhlo.num_replicas = 1 : i32} : () -> ()
// ----- kv_cache
#loc1 = loc("cache")
#loc2 = loc("new")
#loc3 = loc("at")
module @jit_kv_cache attributes {mhlo.num_partitions = 1 : i32, mhlo.num_replicas = 1 : i32} {
  func.func public @main(%arg0: tensor<1x16x4x8xf32> {tf.aliasing_output = 0 : i32} loc("cache"), %arg1: tensor<1x1x4x8xf32> loc("new"), %arg2: tensor<i32> loc("at")) -> (tensor<1x16x4x8xf32> {jax.result_info = "result[0]"}, tensor<1x4x4x8xf32> {jax.result_info = "result[1]"}) {
    %c = stablehlo.constant dense<0> : tensor<i32> loc(#loc13)
    %0 = stablehlo.compare LT, %arg2, %c, SIGNED : (tensor<i32>, tensor<i32>) -> tensor<i1> loc(#loc16)
    %c_0 = stablehlo.constant dense<16> : tensor<i32> loc(#loc13)
    %1 = stablehlo.add %arg2, %c_0 : tensor<i32> loc(#loc17)
    %2 = stablehlo.select %0, %1, %arg2 : tensor<i1>, tensor<i32> loc(#loc18)
    %c_1 = stablehlo.constant dense<0> : tensor<i32> loc(#loc13)
    %c_2 = stablehlo.constant dense<0> : tensor<i32> loc(#loc13)
    %c_3 = stablehlo.constant dense<0> : tensor<i32> loc(#loc13)
    %3 = stablehlo.dynamic_update_slice %arg0, %arg1, %c_1, %2, %c_2, %c_3 : (tensor<1x16x4x8xf32>, tensor<1x1x4x8xf32>, tensor<i32>, tensor<i32>, tensor<i32>, tensor<i32>) -> tensor<1x16x4x8xf32> loc(#loc19)
    %c_4 = stablehlo.constant dense<0> : tensor<i32> loc(#loc13)
    %4 = stablehlo.compare LT, %arg2, %c_4, SIGNED : (tensor<i32>, tensor<i32>) -> tensor<i1> loc(#loc20)
    %c_5 = stablehlo.constant dense<16> : tensor<i32> loc(#loc13)
    %5 = stablehlo.add %arg2, %c_5 : tensor<i32> loc(#loc21)
    %6 = stablehlo.select %4, %5, %arg2 : tensor<i1>, tensor<i32> loc(#loc22)
    %c_6 = stablehlo.constant dense<0> : tensor<i32> loc(#loc13)
    %c_7 = stablehlo.constant dense<0> : tensor<i32> loc(#loc13)
    %c_8 = stablehlo.constant dense<0> : tensor<i32> loc(#loc13)
    %7 = stablehlo.dynamic_slice %arg0, %c_6, %6, %c_7, %c_8, sizes = [1, 4, 4, 8] : (tensor<1x16x4x8xf32>, tensor<i32>, tensor<i32>, tensor<i32>, tensor<i32>) -> tensor<1x4x4x8xf32> loc(#loc23)
    return %3, %7 : tensor<1x16x4x8xf32>, tensor<1x4x4x8xf32> loc(#loc13)
  } loc(#loc)
} loc(#loc)
#loc = loc(unknown)
#loc4 = loc("make_jax_texts.py":155:21 to :102)
#loc5 = loc("make_jax_texts.py":162:4 to :21)
#loc6 = loc("make_jax_texts.py":44:11 to :62)
#loc7 = loc("make_jax_texts.py":44:64 to :117)
#loc8 = loc("main"(#loc4))
#loc9 = loc("<module>"(#loc5))
#loc10 = loc("kv_cache"(#loc6))
#loc11 = loc("kv_cache"(#loc7))
#loc12 = loc(callsite(#loc8 at #loc9))
#loc13 = loc("jit(kv_cache)"(#loc12))
#loc14 = loc(callsite(#loc10 at #loc12))
#loc15 = loc(callsite(#loc11 at #loc12))
#loc16 = loc("jit(kv_cache)/lt"(#loc14))
#loc17 = loc("jit(kv_cache)/add"(#loc14))
#loc18 = loc("jit(kv_cache)/select_n"(#loc14))
#loc19 = loc("jit(kv_cache)/dynamic_update_slice"(#loc14))
#loc20 = loc("jit(kv_cache)/lt"(#loc15))
#loc21 = loc("jit(kv_cache)/add"(#loc15))
#loc22 = loc("jit(kv_cache)/select_n"(#loc15))
#loc23 = loc("jit(kv_cache)/dynamic_slice"(#loc15))
// ----- kv_cache generic
"builtin.module"() <{sym_name = "jit_kv_cache"}> ({
  "func.func"() <{arg_attrs = [{tf.aliasing_output = 0 : i32}, {}, {}], function_type = (tensor<1x16x4x8xf32>, tensor<1x1x4x8xf32>, tensor<i32>) -> (tensor<1x16x4x8xf32>, tensor<1x4x4x8xf32>), res_attrs = [{jax.result_info = "result[0]"}, {jax.result_info = "result[1]"}], sym_name = "main", sym_visibility = "public"}> ({
  ^bb0(%arg0: tensor<1x16x4x8xf32>, %arg1: tensor<1x1x4x8xf32>, %arg2: tensor<i32>):
    %0 = "stablehlo.constant"() <{value = dense<0> : tensor<i32>}> : () -> tensor<i32>
    %1 = "stablehlo.compare"(%arg2, %0) <{compare_type = #stablehlo<comparison_type SIGNED>, comparison_direction = #stablehlo<comparison_direction LT>}> : (tensor<i32>, tensor<i32>) -> tensor<i1>
    %2 = "stablehlo.constant"() <{value = dense<16> : tensor<i32>}> : () -> tensor<i32>
    %3 = "stablehlo.add"(%arg2, %2) : (tensor<i32>, tensor<i32>) -> tensor<i32>
    %4 = "stablehlo.select"(%1, %3, %arg2) : (tensor<i1>, tensor<i32>, tensor<i32>) -> tensor<i32>
    %5 = "stablehlo.constant"() <{value = dense<0> : tensor<i32>}> : () -> tensor<i32>
    %6 = "stablehlo.constant"() <{value = dense<0> : tensor<i32>}> : () -> tensor<i32>
    %7 = "stablehlo.constant"() <{value = dense<0> : tensor<i32>}> : () -> tensor<i32>
    %8 = "stablehlo.dynamic_update_slice"(%arg0, %arg1, %5, %4, %6, %7) : (tensor<1x16x4x8xf32>, tensor<1x1x4x8xf32>, tensor<i32>, tensor<i32>, tensor<i32>, tensor<i32>) -> tensor<1x16x4x8xf32>
    %9 = "stablehlo.constant"() <{value = dense<0> : tensor<i32>}> : () -> tensor<i32>
    %10 = "stablehlo.compare"(%arg2, %9) <{compare_type = #stablehlo<comparison_type SIGNED>, comparison_direction = #stablehlo<comparison_direction LT>}> : (tensor<i32>, tensor<i32>) -> tensor<i1>
    %11 = "stablehlo.constant"() <{value = dense<16> : tensor<i32>}> : () -> tensor<i32>
    %12 = "stablehlo.add"(%arg2, %11) : (tensor<i32>, tensor<i32>) -> tensor<i32>
    %13 = "stablehlo.select"(%10, %12, %arg2) : (tensor<i1>, tensor<i32>, tensor<i32>) -> tensor<i32>
    %14 = "stablehlo.constant"() <{value = dense<0> : tensor<i32>}> : () -> tensor<i32>
    %15 = "stablehlo.constant"() <{value = dense<0> : tensor<i32>}> : () -> tensor<i32>
    %16 = "stablehlo.constant"() <{value = dense<0> : tensor<i32>}> : () -> tensor<i32>
    %17 = "stablehlo.dynamic_slice"(%arg0, %14, %13, %15, %16) <{slice_sizes = array<i64: 1, 4, 4, 8>}> : (tensor<1x16x4x8xf32>, tensor<i32>, tensor<i32>, tensor<i32>, tensor<i32>) -> tensor<1x4x4x8xf32>
    "func.return"(%8, %17) : (tensor<1x16x4x8xf32>, tensor<1x4x4x8xf32>) -> ()
  }) : () -> ()
}) {mhlo.num_partitions = 1 : i32, mhlo.num_replicas = 1 : i32} : () -> ()
// ----- buffer_donor
#loc1 = loc("b")
module @jit_buffer_donor attributes {mhlo.num_partitions = 1 : i32, mhlo.num_replicas = 1 : i32} {
  func.func public @main(%arg0: tensor<5xf32> loc("b")) -> (tensor<5xf32> {jax.result_info = "result"}) {
    %cst = stablehlo.constant dense<2.000000e+00> : tensor<f32> loc(#loc9)
    %0 = stablehlo.broadcast_in_dim %cst, dims = [] : (tensor<f32>) -> tensor<5xf32> loc(#loc11)
    %1 = stablehlo.multiply %arg0, %0 : tensor<5xf32> loc(#loc11)
    return %1 : tensor<5xf32> loc(#loc9)
  } loc(#loc)
} loc(#loc)
#loc = loc(unknown)
#loc2 = loc("make_jax_texts.py":155:21 to :102)
#loc3 = loc("make_jax_texts.py":162:4 to :21)
#loc4 = loc("make_jax_texts.py":49:11 to :16)
#loc5 = loc("main"(#loc2))
#loc6 = loc("<module>"(#loc3))
#loc7 = loc("buffer_donor"(#loc4))
#loc8 = loc(callsite(#loc5 at #loc6))
#loc9 = loc("jit(buffer_donor)"(#loc8))
#loc10 = loc(callsite(#loc7 at #loc8))
#loc11 = loc("jit(buffer_donor)/mul"(#loc10))
// ----- buffer_donor generic
"builtin.module"() <{sym_name = "jit_buffer_donor"}> ({
  "func.func"() <{arg_attrs = [{}], function_type = (tensor<5xf32>) -> tensor<5xf32>, res_attrs = [{jax.result_info = "result"}], sym_name = "main", sym_visibility = "public"}> ({
  ^bb0(%arg0: tensor<5xf32>):
    %0 = "stablehlo.constant"() <{value = dense<2.000000e+00> : tensor<f32>}> : () -> tensor<f32>
    %1 = "stablehlo.broadcast_in_dim"(%0) <{broadcast_dimensions = array<i64>}> : (tensor<f32>) -> tensor<5xf32>
    %2 = "stablehlo.multiply"(%arg0, %1) : (tensor<5xf32>, tensor<5xf32>) -> tensor<5xf32>
    "func.return"(%2) : (tensor<5xf32>) -> ()
  }) : () -> ()
}) {mhlo.num_partitions = 1 : i32, mhlo.num_replicas = 1 : i32} : () -> ()
// ----- while_loop
#loc1 = loc("x")
module @jit_while_loop attributes {mhlo.num_partitions = 1 : i32, mhlo.num_replicas = 1 : i32} {
  func.func public @main(%arg0: tensor<10xf32> loc("x")) -> (tensor<i32> {jax.result_info = "result[0]"}, tensor<10xf32> {jax.result_info = "result[1]"}) {
    %c = stablehlo.constant dense<0> : tensor<i32> loc(#loc15)
    %0:2 = stablehlo.while(%iterArg = %c, %iterArg_0 = %arg0) : tensor<i32>, tensor<10xf32>
    cond {
      %c_1 = stablehlo.constant dense<5> : tensor<i32> loc(#loc17)
      %1 = stablehlo.compare LT, %iterArg, %c_1, SIGNED : (tensor<i32>, tensor<i32>) -> tensor<i1> loc(#loc21)
      stablehlo.return %1 : tensor<i1> loc(#loc17)
    } do {
      %c_1 = stablehlo.constant dense<1> : tensor<i32> loc(#loc17)
      %1 = stablehlo.add %iterArg, %c_1 : tensor<i32> loc(#loc22)
      %cst = stablehlo.constant dense<2.000000e+00> : tensor<f32> loc(#loc17)
      %2 = stablehlo.broadcast_in_dim %cst, dims = [] : (tensor<f32>) -> tensor<10xf32> loc(#loc23)
      %3 = stablehlo.multiply %iterArg_0, %2 : tensor<10xf32> loc(#loc23)
      stablehlo.return %1, %3 : tensor<i32>, tensor<10xf32> loc(#loc17)
    } loc(#loc17)
    return %0#0, %0#1 : tensor<i32>, tensor<10xf32> loc(#loc15)
  } loc(#loc)
} loc(#loc)
#loc = loc(unknown)
#loc2 = loc("make_jax_texts.py":155:21 to :102)
#loc3 = loc("make_jax_texts.py":162:4 to :21)
#loc4 = loc("make_jax_texts.py":54:11 to :85)
#loc5 = loc("make_jax_texts.py":54:36 to :44)
#loc6 = loc("make_jax_texts.py":54:57 to :65)
#loc7 = loc("make_jax_texts.py":54:67 to :75)
#loc8 = loc("main"(#loc2))
#loc9 = loc("<module>"(#loc3))
#loc10 = loc("while_loop"(#loc4))
#loc11 = loc("while_loop.<locals>.<lambda>"(#loc5))
#loc12 = loc("while_loop.<locals>.<lambda>"(#loc6))
#loc13 = loc("while_loop.<locals>.<lambda>"(#loc7))
#loc14 = loc(callsite(#loc8 at #loc9))
#loc15 = loc("jit(while_loop)"(#loc14))
#loc16 = loc(callsite(#loc10 at #loc14))
#loc17 = loc("jit(while_loop)/while"(#loc16))
#loc18 = loc(callsite(#loc11 at #loc16))
#loc19 = loc(callsite(#loc12 at #loc16))
#loc20 = loc(callsite(#loc13 at #loc16))
#loc21 = loc("jit(while_loop)/while/cond/lt"(#loc18))
#loc22 = loc("jit(while_loop)/while/body/add"(#loc19))
#loc23 = loc("jit(while_loop)/while/body/mul"(#loc20))
// ----- while_loop generic
"builtin.module"() <{sym_name = "jit_while_loop"}> ({
  "func.func"() <{arg_attrs = [{}], function_type = (tensor<10xf32>) -> (tensor<i32>, tensor<10xf32>), res_attrs = [{jax.result_info = "result[0]"}, {jax.result_info = "result[1]"}], sym_name = "main", sym_visibility = "public"}> ({
  ^bb0(%arg0: tensor<10xf32>):
    %0 = "stablehlo.constant"() <{value = dense<0> : tensor<i32>}> : () -> tensor<i32>
    %1:2 = "stablehlo.while"(%0, %arg0) ({
    ^bb0(%arg3: tensor<i32>, %arg4: tensor<10xf32>):
      %7 = "stablehlo.constant"() <{value = dense<5> : tensor<i32>}> : () -> tensor<i32>
      %8 = "stablehlo.compare"(%arg3, %7) <{compare_type = #stablehlo<comparison_type SIGNED>, comparison_direction = #stablehlo<comparison_direction LT>}> : (tensor<i32>, tensor<i32>) -> tensor<i1>
      "stablehlo.return"(%8) : (tensor<i1>) -> ()
    }, {
    ^bb0(%arg1: tensor<i32>, %arg2: tensor<10xf32>):
      %2 = "stablehlo.constant"() <{value = dense<1> : tensor<i32>}> : () -> tensor<i32>
      %3 = "stablehlo.add"(%arg1, %2) : (tensor<i32>, tensor<i32>) -> tensor<i32>
      %4 = "stablehlo.constant"() <{value = dense<2.000000e+00> : tensor<f32>}> : () -> tensor<f32>
      %5 = "stablehlo.broadcast_in_dim"(%4) <{broadcast_dimensions = array<i64>}> : (tensor<f32>) -> tensor<10xf32>
      %6 = "stablehlo.multiply"(%arg2, %5) : (tensor<10xf32>, tensor<10xf32>) -> tensor<10xf32>
      "stablehlo.return"(%3, %6) : (tensor<i32>, tensor<10xf32>) -> ()
    }) : (tensor<i32>, tensor<10xf32>) -> (tensor<i32>, tensor<10xf32>)
    "func.return"(%1#0, %1#1) : (tensor<i32>, tensor<10xf32>) -> ()
  }) : () -> ()
}) {mhlo.num_partitions = 1 : i32, mhlo.num_replicas = 1 : i32} : () -> ()
// ----- switch
#loc1 = loc("i")
#loc2 = loc("x")
module @jit_switch attributes {mhlo.num_partitions = 1 : i32, mhlo.num_replicas = 1 : i32} {
  func.func public @main(%arg0: tensor<i32> loc("i"), %arg1: tensor<3xf32> loc("x")) -> (tensor<3xf32> {jax.result_info = "result"}) {
    %c = stablehlo.constant dense<0> : tensor<i32> loc(#loc12)
    %c_0 = stablehlo.constant dense<2> : tensor<i32> loc(#loc12)
    %0 = stablehlo.clamp %c, %arg0, %c_0 : tensor<i32> loc(#loc14)
    %1 = "stablehlo.case"(%0) ({
      %2 = stablehlo.sine %arg1 : tensor<3xf32> loc(#loc16)
      stablehlo.return %2 : tensor<3xf32> loc(#loc15)
    }, {
      %2 = stablehlo.cosine %arg1 : tensor<3xf32> loc(#loc17)
      stablehlo.return %2 : tensor<3xf32> loc(#loc15)
    }, {
      %cst = stablehlo.constant dense<2.000000e+00> : tensor<f32> loc(#loc15)
      %2 = stablehlo.broadcast_in_dim %cst, dims = [] : (tensor<f32>) -> tensor<3xf32> loc(#loc19)
      %3 = stablehlo.multiply %arg1, %2 : tensor<3xf32> loc(#loc19)
      stablehlo.return %3 : tensor<3xf32> loc(#loc15)
    }) : (tensor<i32>) -> tensor<3xf32> loc(#loc15)
    return %1 : tensor<3xf32> loc(#loc12)
  } loc(#loc)
} loc(#loc)
#loc = loc(unknown)
#loc3 = loc("make_jax_texts.py":155:21 to :102)
#loc4 = loc("make_jax_texts.py":162:4 to :21)
#loc5 = loc("make_jax_texts.py":59:11 to :64)
#loc6 = loc("make_jax_texts.py":59:54 to :59)
#loc7 = loc("main"(#loc3))
#loc8 = loc("<module>"(#loc4))
#loc9 = loc("switch"(#loc5))
#loc10 = loc("switch.<locals>.<lambda>"(#loc6))
#loc11 = loc(callsite(#loc7 at #loc8))
#loc12 = loc("jit(switch)"(#loc11))
#loc13 = loc(callsite(#loc9 at #loc11))
#loc14 = loc("jit(switch)/clamp"(#loc13))
#loc15 = loc("jit(switch)/cond"(#loc13))
#loc16 = loc("jit(switch)/cond/branch_0_fun/sin"(#loc13))
#loc17 = loc("jit(switch)/cond/branch_1_fun/cos"(#loc13))
#loc18 = loc(callsite(#loc10 at #loc13))
#loc19 = loc("jit(switch)/cond/branch_2_fun/mul"(#loc18))
// ----- switch generic
"builtin.module"() <{sym_name = "jit_switch"}> ({
  "func.func"() <{arg_attrs = [{}, {}], function_type = (tensor<i32>, tensor<3xf32>) -> tensor<3xf32>, res_attrs = [{jax.result_info = "result"}], sym_name = "main", sym_visibility = "public"}> ({
  ^bb0(%arg0: tensor<i32>, %arg1: tensor<3xf32>):
    %0 = "stablehlo.constant"() <{value = dense<0> : tensor<i32>}> : () -> tensor<i32>
    %1 = "stablehlo.constant"() <{value = dense<2> : tensor<i32>}> : () -> tensor<i32>
    %2 = "stablehlo.clamp"(%0, %arg0, %1) : (tensor<i32>, tensor<i32>, tensor<i32>) -> tensor<i32>
    %3 = "stablehlo.case"(%2) ({
      %8 = "stablehlo.sine"(%arg1) : (tensor<3xf32>) -> tensor<3xf32>
      "stablehlo.return"(%8) : (tensor<3xf32>) -> ()
    }, {
      %7 = "stablehlo.cosine"(%arg1) : (tensor<3xf32>) -> tensor<3xf32>
      "stablehlo.return"(%7) : (tensor<3xf32>) -> ()
    }, {
      %4 = "stablehlo.constant"() <{value = dense<2.000000e+00> : tensor<f32>}> : () -> tensor<f32>
      %5 = "stablehlo.broadcast_in_dim"(%4) <{broadcast_dimensions = array<i64>}> : (tensor<f32>) -> tensor<3xf32>
      %6 = "stablehlo.multiply"(%arg1, %5) : (tensor<3xf32>, tensor<3xf32>) -> tensor<3xf32>
      "stablehlo.return"(%6) : (tensor<3xf32>) -> ()
    }) : (tensor<i32>) -> tensor<3xf32>
    "func.return"(%3) : (tensor<3xf32>) -> ()
  }) : () -> ()
}) {mhlo.num_partitions = 1 : i32, mhlo.num_replicas = 1 : i32} : () -> ()
// ----- scan
#loc = loc(unknown)
#loc1 = loc("xs")
module @jit_scan attributes {mhlo.num_partitions = 1 : i32, mhlo.num_replicas = 1 : i32} {
  func.func public @main(%arg0: tensor<5x3xf32> loc("xs")) -> (tensor<3xf32> {jax.result_info = "result[0]"}, tensor<5x3xf32> {jax.result_info = "result[1]"}) {
    %cst = stablehlo.constant dense<0.000000e+00> : tensor<f32> loc(#loc24)
    %0 = stablehlo.broadcast_in_dim %cst, dims = [] : (tensor<f32>) -> tensor<3xf32> loc(#loc29)
    %cst_0 = stablehlo.constant dense<0.000000e+00> : tensor<f32> loc(#loc33)
    %1 = stablehlo.broadcast_in_dim %cst_0, dims = [] : (tensor<f32>) -> tensor<5x3xf32> loc(#loc34)
    %c = stablehlo.constant dense<0> : tensor<i32> loc(#loc31)
    %2:4 = stablehlo.while(%iterArg = %arg0, %iterArg_1 = %c, %iterArg_2 = %0, %iterArg_3 = %1) : tensor<5x3xf32>, tensor<i32>, tensor<3xf32>, tensor<5x3xf32>
    cond {
      %c_4 = stablehlo.constant dense<5> : tensor<i32> loc(#loc35)
      %3 = stablehlo.compare LT, %iterArg_1, %c_4, SIGNED : (tensor<i32>, tensor<i32>) -> tensor<i1> loc(#loc36)
      stablehlo.return %3 : tensor<i1> loc(#loc35)
    } do {
      %3 = func.call @dynamic_index_in_dim(%iterArg, %iterArg_1) : (tensor<5x3xf32>, tensor<i32>) -> tensor<3xf32> loc(#loc37)
      %4:2 = func.call @closed_call(%iterArg_2, %3) : (tensor<3xf32>, tensor<3xf32>) -> (tensor<3xf32>, tensor<3xf32>) loc(#loc38)
      %5 = func.call @dynamic_update_index_in_dim(%iterArg_3, %4#1, %iterArg_1) : (tensor<5x3xf32>, tensor<3xf32>, tensor<i32>) -> tensor<5x3xf32> loc(#loc39)
      %c_4 = stablehlo.constant dense<1> : tensor<i32> loc(#loc35)
      %6 = stablehlo.add %iterArg_1, %c_4 : tensor<i32> loc(#loc40)
      stablehlo.return %iterArg, %6, %4#0, %5 : tensor<5x3xf32>, tensor<i32>, tensor<3xf32>, tensor<5x3xf32> loc(#loc35)
    } loc(#loc35)
    return %2#2, %2#3 : tensor<3xf32>, tensor<5x3xf32> loc(#loc24)
  } loc(#loc)
  func.func private @dynamic_index_in_dim(%arg0: tensor<5x3xf32> loc(unknown), %arg1: tensor<i32> loc(unknown)) -> tensor<3xf32> {
    %c = stablehlo.constant dense<0> : tensor<i32> loc(#loc)
    %0 = stablehlo.dynamic_slice %arg0, %arg1, %c, sizes = [1, 3] : (tensor<5x3xf32>, tensor<i32>, tensor<i32>) -> tensor<1x3xf32> loc(#loc17)
    %1 = stablehlo.reshape %0 : (tensor<1x3xf32>) -> tensor<3xf32> loc(#loc18)
    return %1 : tensor<3xf32> loc(#loc)
  } loc(#loc27)
  func.func private @closed_call(%arg0: tensor<3xf32> loc(unknown), %arg1: tensor<3xf32> loc(unknown)) -> (tensor<3xf32>, tensor<3xf32>) {
    %0 = stablehlo.add %arg0, %arg1 : tensor<3xf32> loc(#loc20)
    %1 = stablehlo.multiply %arg0, %arg1 : tensor<3xf32> loc(#loc21)
    return %0, %1 : tensor<3xf32>, tensor<3xf32> loc(#loc)
  } loc(#loc28)
  func.func private @dynamic_update_index_in_dim(%arg0: tensor<5x3xf32> loc(unknown), %arg1: tensor<3xf32> loc(unknown), %arg2: tensor<i32> loc(unknown)) -> tensor<5x3xf32> {
    %0 = stablehlo.broadcast_in_dim %arg1, dims = [1] : (tensor<3xf32>) -> tensor<1x3xf32> loc(#loc22)
    %c = stablehlo.constant dense<0> : tensor<i32> loc(#loc)
    %1 = stablehlo.dynamic_update_slice %arg0, %0, %arg2, %c : (tensor<5x3xf32>, tensor<1x3xf32>, tensor<i32>, tensor<i32>) -> tensor<5x3xf32> loc(#loc23)
    return %1 : tensor<5x3xf32> loc(#loc)
  } loc(#loc27)
} loc(#loc)
#loc2 = loc("make_jax_texts.py":155:21 to :102)
#loc3 = loc("make_jax_texts.py":162:4 to :21)
#loc4 = loc("make_jax_texts.py":64:49 to :61)
#loc5 = loc("make_jax_texts.py":64:11 to :66)
#loc6 = loc("make_jax_texts.py":64:34 to :39)
#loc7 = loc("make_jax_texts.py":64:41 to :46)
#loc8 = loc("main"(#loc2))
#loc9 = loc("<module>"(#loc3))
#loc10 = loc("scan"(#loc4))
#loc11 = loc("scan"(#loc5))
#loc12 = loc("scan.<locals>.<lambda>"(#loc6))
#loc13 = loc("scan.<locals>.<lambda>"(#loc7))
#loc14 = loc(callsite(#loc8 at #loc9))
#loc15 = loc(callsite(#loc11 at #loc11))
#loc16 = loc("while/body/jit"(#loc11))
#loc17 = loc("dynamic_slice"(#loc11))
#loc18 = loc("squeeze"(#loc11))
#loc19 = loc("while/body/closed_call"(#loc11))
#loc20 = loc("add"(#loc12))
#loc21 = loc("mul"(#loc13))
#loc22 = loc("broadcast_in_dim"(#loc11))
#loc23 = loc("dynamic_update_slice"(#loc11))
#loc24 = loc("jit(scan)"(#loc14))
#loc25 = loc(callsite(#loc10 at #loc14))
#loc26 = loc(callsite(#loc11 at #loc14))
#loc27 = loc("jit:"(#loc16))
#loc28 = loc("closed_call:"(#loc19))
#loc29 = loc("jit(scan)/broadcast_in_dim"(#loc25))
#loc30 = loc(callsite(#loc11 at #loc26))
#loc31 = loc("jit(scan)/scan"(#loc26))
#loc32 = loc(callsite(#loc15 at #loc26))
#loc33 = loc("jit(scan)/empty2"(#loc30))
#loc34 = loc("jit(scan)/broadcast_in_dim"(#loc30))
#loc35 = loc("jit(scan)/while"(#loc30))
#loc36 = loc("jit(scan)/while/cond/lt"(#loc32))
#loc37 = loc("jit(scan)/while/body/jit(dynamic_index_in_dim)"(#loc32))
#loc38 = loc("jit(scan)/while/body/closed_call"(#loc32))
#loc39 = loc("jit(scan)/while/body/jit(dynamic_update_index_in_dim)"(#loc32))
#loc40 = loc("jit(scan)/while/body/add"(#loc32))
// ----- scan generic
"builtin.module"() <{sym_name = "jit_scan"}> ({
  "func.func"() <{arg_attrs = [{}], function_type = (tensor<5x3xf32>) -> (tensor<3xf32>, tensor<5x3xf32>), res_attrs = [{jax.result_info = "result[0]"}, {jax.result_info = "result[1]"}], sym_name = "main", sym_visibility = "public"}> ({
  ^bb0(%arg7: tensor<5x3xf32>):
    %8 = "stablehlo.constant"() <{value = dense<0.000000e+00> : tensor<f32>}> : () -> tensor<f32>
    %9 = "stablehlo.broadcast_in_dim"(%8) <{broadcast_dimensions = array<i64>}> : (tensor<f32>) -> tensor<3xf32>
    %10 = "stablehlo.constant"() <{value = dense<0.000000e+00> : tensor<f32>}> : () -> tensor<f32>
    %11 = "stablehlo.broadcast_in_dim"(%10) <{broadcast_dimensions = array<i64>}> : (tensor<f32>) -> tensor<5x3xf32>
    %12 = "stablehlo.constant"() <{value = dense<0> : tensor<i32>}> : () -> tensor<i32>
    %13:4 = "stablehlo.while"(%arg7, %12, %9, %11) ({
    ^bb0(%arg12: tensor<5x3xf32>, %arg13: tensor<i32>, %arg14: tensor<3xf32>, %arg15: tensor<5x3xf32>):
      %19 = "stablehlo.constant"() <{value = dense<5> : tensor<i32>}> : () -> tensor<i32>
      %20 = "stablehlo.compare"(%arg13, %19) <{compare_type = #stablehlo<comparison_type SIGNED>, comparison_direction = #stablehlo<comparison_direction LT>}> : (tensor<i32>, tensor<i32>) -> tensor<i1>
      "stablehlo.return"(%20) : (tensor<i1>) -> ()
    }, {
    ^bb0(%arg8: tensor<5x3xf32>, %arg9: tensor<i32>, %arg10: tensor<3xf32>, %arg11: tensor<5x3xf32>):
      %14 = "func.call"(%arg8, %arg9) <{callee = @dynamic_index_in_dim}> : (tensor<5x3xf32>, tensor<i32>) -> tensor<3xf32>
      %15:2 = "func.call"(%arg10, %14) <{callee = @closed_call}> : (tensor<3xf32>, tensor<3xf32>) -> (tensor<3xf32>, tensor<3xf32>)
      %16 = "func.call"(%arg11, %15#1, %arg9) <{callee = @dynamic_update_index_in_dim}> : (tensor<5x3xf32>, tensor<3xf32>, tensor<i32>) -> tensor<5x3xf32>
      %17 = "stablehlo.constant"() <{value = dense<1> : tensor<i32>}> : () -> tensor<i32>
      %18 = "stablehlo.add"(%arg9, %17) : (tensor<i32>, tensor<i32>) -> tensor<i32>
      "stablehlo.return"(%arg8, %18, %15#0, %16) : (tensor<5x3xf32>, tensor<i32>, tensor<3xf32>, tensor<5x3xf32>) -> ()
    }) : (tensor<5x3xf32>, tensor<i32>, tensor<3xf32>, tensor<5x3xf32>) -> (tensor<5x3xf32>, tensor<i32>, tensor<3xf32>, tensor<5x3xf32>)
    "func.return"(%13#2, %13#3) : (tensor<3xf32>, tensor<5x3xf32>) -> ()
  }) : () -> ()
  "func.func"() <{arg_attrs = [{}, {}], function_type = (tensor<5x3xf32>, tensor<i32>) -> tensor<3xf32>, res_attrs = [{}], sym_name = "dynamic_index_in_dim", sym_visibility = "private"}> ({
  ^bb0(%arg5: tensor<5x3xf32>, %arg6: tensor<i32>):
    %5 = "stablehlo.constant"() <{value = dense<0> : tensor<i32>}> : () -> tensor<i32>
    %6 = "stablehlo.dynamic_slice"(%arg5, %arg6, %5) <{slice_sizes = array<i64: 1, 3>}> : (tensor<5x3xf32>, tensor<i32>, tensor<i32>) -> tensor<1x3xf32>
    %7 = "stablehlo.reshape"(%6) : (tensor<1x3xf32>) -> tensor<3xf32>
    "func.return"(%7) : (tensor<3xf32>) -> ()
  }) : () -> ()
  "func.func"() <{function_type = (tensor<3xf32>, tensor<3xf32>) -> (tensor<3xf32>, tensor<3xf32>), res_attrs = [{}, {}], sym_name = "closed_call", sym_visibility = "private"}> ({
  ^bb0(%arg3: tensor<3xf32>, %arg4: tensor<3xf32>):
    %3 = "stablehlo.add"(%arg3, %arg4) : (tensor<3xf32>, tensor<3xf32>) -> tensor<3xf32>
    %4 = "stablehlo.multiply"(%arg3, %arg4) : (tensor<3xf32>, tensor<3xf32>) -> tensor<3xf32>
    "func.return"(%3, %4) : (tensor<3xf32>, tensor<3xf32>) -> ()
  }) : () -> ()
  "func.func"() <{arg_attrs = [{}, {}, {}], function_type = (tensor<5x3xf32>, tensor<3xf32>, tensor<i32>) -> tensor<5x3xf32>, res_attrs = [{}], sym_name = "dynamic_update_index_in_dim", sym_visibility = "private"}> ({
  ^bb0(%arg0: tensor<5x3xf32>, %arg1: tensor<3xf32>, %arg2: tensor<i32>):
    %0 = "stablehlo.broadcast_in_dim"(%arg1) <{broadcast_dimensions = array<i64: 1>}> : (tensor<3xf32>) -> tensor<1x3xf32>
    %1 = "stablehlo.constant"() <{value = dense<0> : tensor<i32>}> : () -> tensor<i32>
    %2 = "stablehlo.dynamic_update_slice"(%arg0, %0, %arg2, %1) : (tensor<5x3xf32>, tensor<1x3xf32>, tensor<i32>, tensor<i32>) -> tensor<5x3xf32>
    "func.return"(%2) : (tensor<5x3xf32>) -> ()
  }) : () -> ()
}) {mhlo.num_partitions = 1 : i32, mhlo.num_replicas = 1 : i32} : () -> ()
// ----- sort
#loc = loc(unknown)
#loc1 = loc("x")
#loc7 = loc("sort")
#loc18 = loc("sort:"(#loc7))
module @jit_sort attributes {mhlo.num_partitions = 1 : i32, mhlo.num_replicas = 1 : i32} {
  func.func public @main(%arg0: tensor<7x3xf32> loc("x")) -> (tensor<7x3xf32> {jax.result_info = "result[0]"}, tensor<7x3xi32> {jax.result_info = "result[1]"}, tensor<7x2xf32> {jax.result_info = "result[2][0]"}, tensor<7x2xi32> {jax.result_info = "result[2][1]"}) {
    %0 = call @sort(%arg0) : (tensor<7x3xf32>) -> tensor<7x3xf32> loc(#loc24)
    %1 = call @argsort(%arg0) : (tensor<7x3xf32>) -> tensor<7x3xi32> loc(#loc25)
    %values, %indices = chlo.top_k(%arg0, k = 2) : tensor<7x3xf32> -> (tensor<7x2xf32>, tensor<7x2xi32>) loc(#loc26)
    return %0, %1, %values, %indices : tensor<7x3xf32>, tensor<7x3xi32>, tensor<7x2xf32>, tensor<7x2xi32> loc(#loc23)
  } loc(#loc)
  func.func private @sort(%arg0: tensor<7x3xf32> loc(unknown)) -> tensor<7x3xf32> {
    %0 = "stablehlo.sort"(%arg0) <{dimension = 0 : i64, is_stable = true}> ({
    ^bb0(%arg1: tensor<f32> loc("sort:"(#loc7)), %arg2: tensor<f32> loc("sort:"(#loc7))):
      %cst = stablehlo.constant dense<0.000000e+00> : tensor<f32> loc(#loc7)
      %1 = stablehlo.compare EQ, %arg1, %cst, FLOAT : (tensor<f32>, tensor<f32>) -> tensor<i1> loc(#loc8)
      %cst_0 = stablehlo.constant dense<0.000000e+00> : tensor<f32> loc(#loc7)
      %2 = stablehlo.select %1, %cst_0, %arg1 : tensor<i1>, tensor<f32> loc(#loc9)
      %3 = stablehlo.compare NE, %arg1, %arg1, FLOAT : (tensor<f32>, tensor<f32>) -> tensor<i1> loc(#loc10)
      %cst_1 = stablehlo.constant dense<0x7FC00000> : tensor<f32> loc(#loc7)
      %4 = stablehlo.select %3, %cst_1, %2 : tensor<i1>, tensor<f32> loc(#loc9)
      %cst_2 = stablehlo.constant dense<0.000000e+00> : tensor<f32> loc(#loc7)
      %5 = stablehlo.compare EQ, %arg2, %cst_2, FLOAT : (tensor<f32>, tensor<f32>) -> tensor<i1> loc(#loc8)
      %cst_3 = stablehlo.constant dense<0.000000e+00> : tensor<f32> loc(#loc7)
      %6 = stablehlo.select %5, %cst_3, %arg2 : tensor<i1>, tensor<f32> loc(#loc9)
      %7 = stablehlo.compare NE, %arg2, %arg2, FLOAT : (tensor<f32>, tensor<f32>) -> tensor<i1> loc(#loc10)
      %cst_4 = stablehlo.constant dense<0x7FC00000> : tensor<f32> loc(#loc7)
      %8 = stablehlo.select %7, %cst_4, %6 : tensor<i1>, tensor<f32> loc(#loc9)
      %9 = stablehlo.compare LT, %4, %8, TOTALORDER : (tensor<f32>, tensor<f32>) -> tensor<i1> loc(#loc11)
      stablehlo.return %9 : tensor<i1> loc(#loc7)
    }) : (tensor<7x3xf32>) -> tensor<7x3xf32> loc(#loc7)
    return %0 : tensor<7x3xf32> loc(#loc)
  } loc(#loc29)
  func.func private @argsort(%arg0: tensor<7x3xf32> loc(unknown)) -> tensor<7x3xi32> {
    %0 = stablehlo.iota dim = 1 : tensor<7x3xi32> loc(#loc12)
    %1:2 = "stablehlo.sort"(%arg0, %0) <{dimension = 1 : i64, is_stable = true}> ({
    ^bb0(%arg1: tensor<f32> loc("sort:"(#loc7)), %arg2: tensor<f32> loc("sort:"(#loc7)), %arg3: tensor<i32> loc("sort:"(#loc7)), %arg4: tensor<i32> loc("sort:"(#loc7))):
      %cst = stablehlo.constant dense<0.000000e+00> : tensor<f32> loc(#loc7)
      %2 = stablehlo.compare EQ, %arg1, %cst, FLOAT : (tensor<f32>, tensor<f32>) -> tensor<i1> loc(#loc8)
      %cst_0 = stablehlo.constant dense<0.000000e+00> : tensor<f32> loc(#loc7)
      %3 = stablehlo.select %2, %cst_0, %arg1 : tensor<i1>, tensor<f32> loc(#loc9)
      %4 = stablehlo.compare NE, %arg1, %arg1, FLOAT : (tensor<f32>, tensor<f32>) -> tensor<i1> loc(#loc10)
      %cst_1 = stablehlo.constant dense<0x7FC00000> : tensor<f32> loc(#loc7)
      %5 = stablehlo.select %4, %cst_1, %3 : tensor<i1>, tensor<f32> loc(#loc9)
      %cst_2 = stablehlo.constant dense<0.000000e+00> : tensor<f32> loc(#loc7)
      %6 = stablehlo.compare EQ, %arg2, %cst_2, FLOAT : (tensor<f32>, tensor<f32>) -> tensor<i1> loc(#loc8)
      %cst_3 = stablehlo.constant dense<0.000000e+00> : tensor<f32> loc(#loc7)
      %7 = stablehlo.select %6, %cst_3, %arg2 : tensor<i1>, tensor<f32> loc(#loc9)
      %8 = stablehlo.compare NE, %arg2, %arg2, FLOAT : (tensor<f32>, tensor<f32>) -> tensor<i1> loc(#loc10)
      %cst_4 = stablehlo.constant dense<0x7FC00000> : tensor<f32> loc(#loc7)
      %9 = stablehlo.select %8, %cst_4, %7 : tensor<i1>, tensor<f32> loc(#loc9)
      %10 = stablehlo.compare LT, %5, %9, TOTALORDER : (tensor<f32>, tensor<f32>) -> tensor<i1> loc(#loc11)
      stablehlo.return %10 : tensor<i1> loc(#loc7)
    }) : (tensor<7x3xf32>, tensor<7x3xi32>) -> (tensor<7x3xf32>, tensor<7x3xi32>) loc(#loc7)
    return %1#1 : tensor<7x3xi32> loc(#loc)
  } loc(#loc30)
} loc(#loc)
#loc2 = loc("make_jax_texts.py":69:11 to :30)
#loc3 = loc("make_jax_texts.py":155:21 to :102)
#loc4 = loc("make_jax_texts.py":162:4 to :21)
#loc5 = loc("make_jax_texts.py":69:32 to :54)
#loc6 = loc("make_jax_texts.py":69:56 to :71)
#loc8 = loc("eq")
#loc9 = loc("select_n")
#loc10 = loc("ne")
#loc11 = loc("lt_to")
#loc12 = loc("iota")
#loc13 = loc("sort"(#loc2))
#loc14 = loc("main"(#loc3))
#loc15 = loc("<module>"(#loc4))
#loc16 = loc("sort"(#loc5))
#loc17 = loc("sort"(#loc6))
#loc19 = loc(callsite(#loc14 at #loc15))
#loc20 = loc(callsite(#loc13 at #loc19))
#loc21 = loc(callsite(#loc16 at #loc19))
#loc22 = loc(callsite(#loc17 at #loc19))
#loc23 = loc("jit(sort)"(#loc19))
#loc24 = loc("jit(sort)/jit(sort)"(#loc20))
#loc25 = loc("jit(sort)/jit(argsort)"(#loc21))
#loc26 = loc("jit(sort)/top_k"(#loc22))
#loc27 = loc("jit(sort)/jit"(#loc20))
#loc28 = loc("jit(sort)/jit"(#loc21))
#loc29 = loc("jit:"(#loc27))
#loc30 = loc("jit:"(#loc28))
// ----- sort generic
"builtin.module"() <{sym_name = "jit_sort"}> ({
  "func.func"() <{arg_attrs = [{}], function_type = (tensor<7x3xf32>) -> (tensor<7x3xf32>, tensor<7x3xi32>, tensor<7x2xf32>, tensor<7x2xi32>), res_attrs = [{jax.result_info = "result[0]"}, {jax.result_info = "result[1]"}, {jax.result_info = "result[2][0]"}, {jax.result_info = "result[2][1]"}], sym_name = "main", sym_visibility = "public"}> ({
  ^bb0(%arg8: tensor<7x3xf32>):
    %33 = "func.call"(%arg8) <{callee = @sort}> : (tensor<7x3xf32>) -> tensor<7x3xf32>
    %34 = "func.call"(%arg8) <{callee = @argsort}> : (tensor<7x3xf32>) -> tensor<7x3xi32>
    %35:2 = "chlo.top_k"(%arg8) <{k = 2 : i64}> : (tensor<7x3xf32>) -> (tensor<7x2xf32>, tensor<7x2xi32>)
    "func.return"(%33, %34, %35#0, %35#1) : (tensor<7x3xf32>, tensor<7x3xi32>, tensor<7x2xf32>, tensor<7x2xi32>) -> ()
  }) : () -> ()
  "func.func"() <{arg_attrs = [{}], function_type = (tensor<7x3xf32>) -> tensor<7x3xf32>, res_attrs = [{}], sym_name = "sort", sym_visibility = "private"}> ({
  ^bb0(%arg5: tensor<7x3xf32>):
    %17 = "stablehlo.sort"(%arg5) <{dimension = 0 : i64, is_stable = true}> ({
    ^bb0(%arg6: tensor<f32>, %arg7: tensor<f32>):
      %18 = "stablehlo.constant"() <{value = dense<0.000000e+00> : tensor<f32>}> : () -> tensor<f32>
      %19 = "stablehlo.compare"(%arg6, %18) <{compare_type = #stablehlo<comparison_type FLOAT>, comparison_direction = #stablehlo<comparison_direction EQ>}> : (tensor<f32>, tensor<f32>) -> tensor<i1>
      %20 = "stablehlo.constant"() <{value = dense<0.000000e+00> : tensor<f32>}> : () -> tensor<f32>
      %21 = "stablehlo.select"(%19, %20, %arg6) : (tensor<i1>, tensor<f32>, tensor<f32>) -> tensor<f32>
      %22 = "stablehlo.compare"(%arg6, %arg6) <{compare_type = #stablehlo<comparison_type FLOAT>, comparison_direction = #stablehlo<comparison_direction NE>}> : (tensor<f32>, tensor<f32>) -> tensor<i1>
      %23 = "stablehlo.constant"() <{value = dense<0x7FC00000> : tensor<f32>}> : () -> tensor<f32>
      %24 = "stablehlo.select"(%22, %23, %21) : (tensor<i1>, tensor<f32>, tensor<f32>) -> tensor<f32>
      %25 = "stablehlo.constant"() <{value = dense<0.000000e+00> : tensor<f32>}> : () -> tensor<f32>
      %26 = "stablehlo.compare"(%arg7, %25) <{compare_type = #stablehlo<comparison_type FLOAT>, comparison_direction = #stablehlo<comparison_direction EQ>}> : (tensor<f32>, tensor<f32>) -> tensor<i1>
      %27 = "stablehlo.constant"() <{value = dense<0.000000e+00> : tensor<f32>}> : () -> tensor<f32>
      %28 = "stablehlo.select"(%26, %27, %arg7) : (tensor<i1>, tensor<f32>, tensor<f32>) -> tensor<f32>
      %29 = "stablehlo.compare"(%arg7, %arg7) <{compare_type = #stablehlo<comparison_type FLOAT>, comparison_direction = #stablehlo<comparison_direction NE>}> : (tensor<f32>, tensor<f32>) -> tensor<i1>
      %30 = "stablehlo.constant"() <{value = dense<0x7FC00000> : tensor<f32>}> : () -> tensor<f32>
      %31 = "stablehlo.select"(%29, %30, %28) : (tensor<i1>, tensor<f32>, tensor<f32>) -> tensor<f32>
      %32 = "stablehlo.compare"(%24, %31) <{compare_type = #stablehlo<comparison_type TOTALORDER>, comparison_direction = #stablehlo<comparison_direction LT>}> : (tensor<f32>, tensor<f32>) -> tensor<i1>
      "stablehlo.return"(%32) : (tensor<i1>) -> ()
    }) : (tensor<7x3xf32>) -> tensor<7x3xf32>
    "func.return"(%17) : (tensor<7x3xf32>) -> ()
  }) : () -> ()
  "func.func"() <{arg_attrs = [{}], function_type = (tensor<7x3xf32>) -> tensor<7x3xi32>, res_attrs = [{}], sym_name = "argsort", sym_visibility = "private"}> ({
  ^bb0(%arg0: tensor<7x3xf32>):
    %0 = "stablehlo.iota"() <{iota_dimension = 1 : i64}> : () -> tensor<7x3xi32>
    %1:2 = "stablehlo.sort"(%arg0, %0) <{dimension = 1 : i64, is_stable = true}> ({
    ^bb0(%arg1: tensor<f32>, %arg2: tensor<f32>, %arg3: tensor<i32>, %arg4: tensor<i32>):
      %2 = "stablehlo.constant"() <{value = dense<0.000000e+00> : tensor<f32>}> : () -> tensor<f32>
      %3 = "stablehlo.compare"(%arg1, %2) <{compare_type = #stablehlo<comparison_type FLOAT>, comparison_direction = #stablehlo<comparison_direction EQ>}> : (tensor<f32>, tensor<f32>) -> tensor<i1>
      %4 = "stablehlo.constant"() <{value = dense<0.000000e+00> : tensor<f32>}> : () -> tensor<f32>
      %5 = "stablehlo.select"(%3, %4, %arg1) : (tensor<i1>, tensor<f32>, tensor<f32>) -> tensor<f32>
      %6 = "stablehlo.compare"(%arg1, %arg1) <{compare_type = #stablehlo<comparison_type FLOAT>, comparison_direction = #stablehlo<comparison_direction NE>}> : (tensor<f32>, tensor<f32>) -> tensor<i1>
      %7 = "stablehlo.constant"() <{value = dense<0x7FC00000> : tensor<f32>}> : () -> tensor<f32>
      %8 = "stablehlo.select"(%6, %7, %5) : (tensor<i1>, tensor<f32>, tensor<f32>) -> tensor<f32>
      %9 = "stablehlo.constant"() <{value = dense<0.000000e+00> : tensor<f32>}> : () -> tensor<f32>
      %10 = "stablehlo.compare"(%arg2, %9) <{compare_type = #stablehlo<comparison_type FLOAT>, comparison_direction = #stablehlo<comparison_direction EQ>}> : (tensor<f32>, tensor<f32>) -> tensor<i1>
      %11 = "stablehlo.constant"() <{value = dense<0.000000e+00> : tensor<f32>}> : () -> tensor<f32>
      %12 = "stablehlo.select"(%10, %11, %arg2) : (tensor<i1>, tensor<f32>, tensor<f32>) -> tensor<f32>
      %13 = "stablehlo.compare"(%arg2, %arg2) <{compare_type = #stablehlo<comparison_type FLOAT>, comparison_direction = #stablehlo<comparison_direction NE>}> : (tensor<f32>, tensor<f32>) -> tensor<i1>
      %14 = "stablehlo.constant"() <{value = dense<0x7FC00000> : tensor<f32>}> : () -> tensor<f32>
      %15 = "stablehlo.select"(%13, %14, %12) : (tensor<i1>, tensor<f32>, tensor<f32>) -> tensor<f32>
      %16 = "stablehlo.compare"(%8, %15) <{compare_type = #stablehlo<comparison_type TOTALORDER>, comparison_direction = #stablehlo<comparison_direction LT>}> : (tensor<f32>, tensor<f32>) -> tensor<i1>
      "stablehlo.return"(%16) : (tensor<i1>) -> ()
    }) : (tensor<7x3xf32>, tensor<7x3xi32>) -> (tensor<7x3xf32>, tensor<7x3xi32>)
    "func.return"(%1#1) : (tensor<7x3xi32>) -> ()
  }) : () -> ()
}) {mhlo.num_partitions = 1 : i32, mhlo.num_replicas = 1 : i32} : () -> ()
// ----- gather_scatter
#loc = loc(unknown)
#loc1 = loc("x")
#loc2 = loc("i")
#loc3 = loc("u")
#loc9 = loc("scatter")
#loc11 = loc("scatter-add")
#loc19 = loc("scatter:"(#loc9))
#loc21 = loc("scatter-add:"(#loc11))
module @jit_gather_scatter attributes {mhlo.num_partitions = 1 : i32, mhlo.num_replicas = 1 : i32} {
  func.func public @main(%arg0: tensor<7x3xf32> loc("x"), %arg1: tensor<4xi32> loc("i"), %arg2: tensor<4x3xf32> loc("u")) -> (tensor<4xf32> {jax.result_info = "result[0]"}, tensor<4x3xf32> {jax.result_info = "result[1]"}, tensor<7x3xf32> {jax.result_info = "result[2]"}, tensor<7x3xf32> {jax.result_info = "result[3]"}) {
    %c = stablehlo.constant dense<0> : tensor<i32> loc(#loc23)
    %0 = stablehlo.broadcast_in_dim %c, dims = [] : (tensor<i32>) -> tensor<4xi32> loc(#loc28)
    %1 = stablehlo.compare LT, %arg1, %0, SIGNED : (tensor<4xi32>, tensor<4xi32>) -> tensor<4xi1> loc(#loc28)
    %c_0 = stablehlo.constant dense<7> : tensor<i32> loc(#loc23)
    %2 = stablehlo.broadcast_in_dim %c_0, dims = [] : (tensor<i32>) -> tensor<4xi32> loc(#loc29)
    %3 = stablehlo.add %arg1, %2 : tensor<4xi32> loc(#loc29)
    %4 = stablehlo.select %1, %3, %arg1 : tensor<4xi1>, tensor<4xi32> loc(#loc30)
    %c_1 = stablehlo.constant dense<1> : tensor<i32> loc(#loc23)
    %5 = stablehlo.broadcast_in_dim %c_1, dims = [] : (tensor<i32>) -> tensor<4xi32> loc(#loc31)
    %6 = stablehlo.convert %5 : tensor<4xi32> loc(#loc32)
    %7 = stablehlo.broadcast_in_dim %4, dims = [0] : (tensor<4xi32>) -> tensor<4x1xi32> loc(#loc31)
    %8 = stablehlo.broadcast_in_dim %6, dims = [0] : (tensor<4xi32>) -> tensor<4x1xi32> loc(#loc31)
    %9 = stablehlo.concatenate %7, %8, dim = 1 : (tensor<4x1xi32>, tensor<4x1xi32>) -> tensor<4x2xi32> loc(#loc33)
    %10 = "stablehlo.gather"(%arg0, %9) <{dimension_numbers = #stablehlo.gather<collapsed_slice_dims = [0, 1], start_index_map = [0, 1], index_vector_dim = 1>, indices_are_sorted = false, slice_sizes = array<i64: 1, 1>}> : (tensor<7x3xf32>, tensor<4x2xi32>) -> tensor<4xf32> loc(#loc34)
    %11 = call @_take(%arg0, %arg1) : (tensor<7x3xf32>, tensor<4xi32>) -> tensor<4x3xf32> loc(#loc35)
    %c_2 = stablehlo.constant dense<0> : tensor<i32> loc(#loc23)
    %12 = stablehlo.broadcast_in_dim %c_2, dims = [] : (tensor<i32>) -> tensor<4xi32> loc(#loc36)
    %13 = stablehlo.compare LT, %arg1, %12, SIGNED : (tensor<4xi32>, tensor<4xi32>) -> tensor<4xi1> loc(#loc36)
    %c_3 = stablehlo.constant dense<7> : tensor<i32> loc(#loc23)
    %14 = stablehlo.broadcast_in_dim %c_3, dims = [] : (tensor<i32>) -> tensor<4xi32> loc(#loc37)
    %15 = stablehlo.add %arg1, %14 : tensor<4xi32> loc(#loc37)
    %16 = stablehlo.select %13, %15, %arg1 : tensor<4xi1>, tensor<4xi32> loc(#loc38)
    %17 = stablehlo.broadcast_in_dim %16, dims = [0] : (tensor<4xi32>) -> tensor<4x1xi32> loc(#loc39)
    %18 = "stablehlo.scatter"(%arg0, %17, %arg2) <{indices_are_sorted = false, scatter_dimension_numbers = #stablehlo.scatter<update_window_dims = [1], inserted_window_dims = [0], scatter_dims_to_operand_dims = [0], index_vector_dim = 1>, unique_indices = false}> ({
    ^bb0(%arg3: tensor<f32> loc("scatter:"(#loc9)), %arg4: tensor<f32> loc("scatter:"(#loc9))):
      stablehlo.return %arg4 : tensor<f32> loc(#loc40)
    }) : (tensor<7x3xf32>, tensor<4x1xi32>, tensor<4x3xf32>) -> tensor<7x3xf32> loc(#loc40)
    %c_4 = stablehlo.constant dense<0> : tensor<i32> loc(#loc23)
    %19 = stablehlo.broadcast_in_dim %c_4, dims = [] : (tensor<i32>) -> tensor<4xi32> loc(#loc41)
    %20 = stablehlo.compare LT, %arg1, %19, SIGNED : (tensor<4xi32>, tensor<4xi32>) -> tensor<4xi1> loc(#loc41)
    %c_5 = stablehlo.constant dense<7> : tensor<i32> loc(#loc23)
    %21 = stablehlo.broadcast_in_dim %c_5, dims = [] : (tensor<i32>) -> tensor<4xi32> loc(#loc42)
    %22 = stablehlo.add %arg1, %21 : tensor<4xi32> loc(#loc42)
    %23 = stablehlo.select %20, %22, %arg1 : tensor<4xi1>, tensor<4xi32> loc(#loc43)
    %24 = stablehlo.broadcast_in_dim %23, dims = [0] : (tensor<4xi32>) -> tensor<4x1xi32> loc(#loc44)
    %25 = "stablehlo.scatter"(%arg0, %24, %arg2) <{indices_are_sorted = false, scatter_dimension_numbers = #stablehlo.scatter<update_window_dims = [1], inserted_window_dims = [0], scatter_dims_to_operand_dims = [0], index_vector_dim = 1>, unique_indices = false}> ({
    ^bb0(%arg3: tensor<f32> loc("scatter-add:"(#loc11)), %arg4: tensor<f32> loc("scatter-add:"(#loc11))):
      %26 = stablehlo.add %arg3, %arg4 : tensor<f32> loc(#loc42)
      stablehlo.return %26 : tensor<f32> loc(#loc45)
    }) : (tensor<7x3xf32>, tensor<4x1xi32>, tensor<4x3xf32>) -> tensor<7x3xf32> loc(#loc45)
    return %10, %11, %18, %25 : tensor<4xf32>, tensor<4x3xf32>, tensor<7x3xf32>, tensor<7x3xf32> loc(#loc23)
  } loc(#loc)
  func.func private @_take(%arg0: tensor<7x3xf32> loc(unknown), %arg1: tensor<4xi32> loc(unknown)) -> tensor<4x3xf32> {
    %0 = stablehlo.broadcast_in_dim %arg1, dims = [0] : (tensor<4xi32>) -> tensor<4x1xi32> loc(#loc12)
    %1 = "stablehlo.gather"(%arg0, %0) <{dimension_numbers = #stablehlo.gather<offset_dims = [1], collapsed_slice_dims = [0], start_index_map = [0], index_vector_dim = 1>, indices_are_sorted = false, slice_sizes = array<i64: 1, 3>}> : (tensor<7x3xf32>, tensor<4x1xi32>) -> tensor<4x3xf32> loc(#loc13)
    return %1 : tensor<4x3xf32> loc(#loc)
  } loc(#loc47)
} loc(#loc)
#loc4 = loc("make_jax_texts.py":155:21 to :102)
#loc5 = loc("make_jax_texts.py":162:4 to :21)
#loc6 = loc("make_jax_texts.py":74:11 to :18)
#loc7 = loc("make_jax_texts.py":74:20 to :55)
#loc8 = loc("make_jax_texts.py":74:57 to :71)
#loc10 = loc("make_jax_texts.py":74:73 to :87)
#loc12 = loc("broadcast_in_dim")
#loc13 = loc("gather")
#loc14 = loc("main"(#loc4))
#loc15 = loc("<module>"(#loc5))
#loc16 = loc("gather_scatter"(#loc6))
#loc17 = loc("gather_scatter"(#loc7))
#loc18 = loc("gather_scatter"(#loc8))
#loc20 = loc("gather_scatter"(#loc10))
#loc22 = loc(callsite(#loc14 at #loc15))
#loc23 = loc("jit(gather_scatter)"(#loc22))
#loc24 = loc(callsite(#loc16 at #loc22))
#loc25 = loc(callsite(#loc17 at #loc22))
#loc26 = loc(callsite(#loc18 at #loc22))
#loc27 = loc(callsite(#loc20 at #loc22))
#loc28 = loc("jit(gather_scatter)/lt"(#loc24))
#loc29 = loc("jit(gather_scatter)/add"(#loc24))
#loc30 = loc("jit(gather_scatter)/select_n"(#loc24))
#loc31 = loc("jit(gather_scatter)/broadcast_in_dim"(#loc24))
#loc32 = loc("jit(gather_scatter)/convert_element_type"(#loc24))
#loc33 = loc("jit(gather_scatter)/concatenate"(#loc24))
#loc34 = loc("jit(gather_scatter)/gather"(#loc24))
#loc35 = loc("jit(gather_scatter)/jit(_take)"(#loc25))
#loc36 = loc("jit(gather_scatter)/lt"(#loc26))
#loc37 = loc("jit(gather_scatter)/add"(#loc26))
#loc38 = loc("jit(gather_scatter)/select_n"(#loc26))
#loc39 = loc("jit(gather_scatter)/broadcast_in_dim"(#loc26))
#loc40 = loc("jit(gather_scatter)/scatter"(#loc26))
#loc41 = loc("jit(gather_scatter)/lt"(#loc27))
#loc42 = loc("jit(gather_scatter)/add"(#loc27))
#loc43 = loc("jit(gather_scatter)/select_n"(#loc27))
#loc44 = loc("jit(gather_scatter)/broadcast_in_dim"(#loc27))
#loc45 = loc("jit(gather_scatter)/scatter-add"(#loc27))
#loc46 = loc("jit(gather_scatter)/jit"(#loc25))
#loc47 = loc("jit:"(#loc46))
// ----- gather_scatter generic
"builtin.module"() <{sym_name = "jit_gather_scatter"}> ({
  "func.func"() <{arg_attrs = [{}, {}, {}], function_type = (tensor<7x3xf32>, tensor<4xi32>, tensor<4x3xf32>) -> (tensor<4xf32>, tensor<4x3xf32>, tensor<7x3xf32>, tensor<7x3xf32>), res_attrs = [{jax.result_info = "result[0]"}, {jax.result_info = "result[1]"}, {jax.result_info = "result[2]"}, {jax.result_info = "result[3]"}], sym_name = "main", sym_visibility = "public"}> ({
  ^bb0(%arg2: tensor<7x3xf32>, %arg3: tensor<4xi32>, %arg4: tensor<4x3xf32>):
    %2 = "stablehlo.constant"() <{value = dense<0> : tensor<i32>}> : () -> tensor<i32>
    %3 = "stablehlo.broadcast_in_dim"(%2) <{broadcast_dimensions = array<i64>}> : (tensor<i32>) -> tensor<4xi32>
    %4 = "stablehlo.compare"(%arg3, %3) <{compare_type = #stablehlo<comparison_type SIGNED>, comparison_direction = #stablehlo<comparison_direction LT>}> : (tensor<4xi32>, tensor<4xi32>) -> tensor<4xi1>
    %5 = "stablehlo.constant"() <{value = dense<7> : tensor<i32>}> : () -> tensor<i32>
    %6 = "stablehlo.broadcast_in_dim"(%5) <{broadcast_dimensions = array<i64>}> : (tensor<i32>) -> tensor<4xi32>
    %7 = "stablehlo.add"(%arg3, %6) : (tensor<4xi32>, tensor<4xi32>) -> tensor<4xi32>
    %8 = "stablehlo.select"(%4, %7, %arg3) : (tensor<4xi1>, tensor<4xi32>, tensor<4xi32>) -> tensor<4xi32>
    %9 = "stablehlo.constant"() <{value = dense<1> : tensor<i32>}> : () -> tensor<i32>
    %10 = "stablehlo.broadcast_in_dim"(%9) <{broadcast_dimensions = array<i64>}> : (tensor<i32>) -> tensor<4xi32>
    %11 = "stablehlo.convert"(%10) : (tensor<4xi32>) -> tensor<4xi32>
    %12 = "stablehlo.broadcast_in_dim"(%8) <{broadcast_dimensions = array<i64: 0>}> : (tensor<4xi32>) -> tensor<4x1xi32>
    %13 = "stablehlo.broadcast_in_dim"(%11) <{broadcast_dimensions = array<i64: 0>}> : (tensor<4xi32>) -> tensor<4x1xi32>
    %14 = "stablehlo.concatenate"(%12, %13) <{dimension = 1 : i64}> : (tensor<4x1xi32>, tensor<4x1xi32>) -> tensor<4x2xi32>
    %15 = "stablehlo.gather"(%arg2, %14) <{dimension_numbers = #stablehlo.gather<collapsed_slice_dims = [0, 1], start_index_map = [0, 1], index_vector_dim = 1>, indices_are_sorted = false, slice_sizes = array<i64: 1, 1>}> : (tensor<7x3xf32>, tensor<4x2xi32>) -> tensor<4xf32>
    %16 = "func.call"(%arg2, %arg3) <{callee = @_take}> : (tensor<7x3xf32>, tensor<4xi32>) -> tensor<4x3xf32>
    %17 = "stablehlo.constant"() <{value = dense<0> : tensor<i32>}> : () -> tensor<i32>
    %18 = "stablehlo.broadcast_in_dim"(%17) <{broadcast_dimensions = array<i64>}> : (tensor<i32>) -> tensor<4xi32>
    %19 = "stablehlo.compare"(%arg3, %18) <{compare_type = #stablehlo<comparison_type SIGNED>, comparison_direction = #stablehlo<comparison_direction LT>}> : (tensor<4xi32>, tensor<4xi32>) -> tensor<4xi1>
    %20 = "stablehlo.constant"() <{value = dense<7> : tensor<i32>}> : () -> tensor<i32>
    %21 = "stablehlo.broadcast_in_dim"(%20) <{broadcast_dimensions = array<i64>}> : (tensor<i32>) -> tensor<4xi32>
    %22 = "stablehlo.add"(%arg3, %21) : (tensor<4xi32>, tensor<4xi32>) -> tensor<4xi32>
    %23 = "stablehlo.select"(%19, %22, %arg3) : (tensor<4xi1>, tensor<4xi32>, tensor<4xi32>) -> tensor<4xi32>
    %24 = "stablehlo.broadcast_in_dim"(%23) <{broadcast_dimensions = array<i64: 0>}> : (tensor<4xi32>) -> tensor<4x1xi32>
    %25 = "stablehlo.scatter"(%arg2, %24, %arg4) <{indices_are_sorted = false, scatter_dimension_numbers = #stablehlo.scatter<update_window_dims = [1], inserted_window_dims = [0], scatter_dims_to_operand_dims = [0], index_vector_dim = 1>, unique_indices = false}> ({
    ^bb0(%arg7: tensor<f32>, %arg8: tensor<f32>):
      "stablehlo.return"(%arg8) : (tensor<f32>) -> ()
    }) : (tensor<7x3xf32>, tensor<4x1xi32>, tensor<4x3xf32>) -> tensor<7x3xf32>
    %26 = "stablehlo.constant"() <{value = dense<0> : tensor<i32>}> : () -> tensor<i32>
    %27 = "stablehlo.broadcast_in_dim"(%26) <{broadcast_dimensions = array<i64>}> : (tensor<i32>) -> tensor<4xi32>
    %28 = "stablehlo.compare"(%arg3, %27) <{compare_type = #stablehlo<comparison_type SIGNED>, comparison_direction = #stablehlo<comparison_direction LT>}> : (tensor<4xi32>, tensor<4xi32>) -> tensor<4xi1>
    %29 = "stablehlo.constant"() <{value = dense<7> : tensor<i32>}> : () -> tensor<i32>
    %30 = "stablehlo.broadcast_in_dim"(%29) <{broadcast_dimensions = array<i64>}> : (tensor<i32>) -> tensor<4xi32>
    %31 = "stablehlo.add"(%arg3, %30) : (tensor<4xi32>, tensor<4xi32>) -> tensor<4xi32>
    %32 = "stablehlo.select"(%28, %31, %arg3) : (tensor<4xi1>, tensor<4xi32>, tensor<4xi32>) -> tensor<4xi32>
    %33 = "stablehlo.broadcast_in_dim"(%32) <{broadcast_dimensions = array<i64: 0>}> : (tensor<4xi32>) -> tensor<4x1xi32>
    %34 = "stablehlo.scatter"(%arg2, %33, %arg4) <{indices_are_sorted = false, scatter_dimension_numbers = #stablehlo.scatter<update_window_dims = [1], inserted_window_dims = [0], scatter_dims_to_operand_dims = [0], index_vector_dim = 1>, unique_indices = false}> ({
    ^bb0(%arg5: tensor<f32>, %arg6: tensor<f32>):
      %35 = "stablehlo.add"(%arg5, %arg6) : (tensor<f32>, tensor<f32>) -> tensor<f32>
      "stablehlo.return"(%35) : (tensor<f32>) -> ()
    }) : (tensor<7x3xf32>, tensor<4x1xi32>, tensor<4x3xf32>) -> tensor<7x3xf32>
    "func.return"(%15, %16, %25, %34) : (tensor<4xf32>, tensor<4x3xf32>, tensor<7x3xf32>, tensor<7x3xf32>) -> ()
  }) : () -> ()
  "func.func"() <{arg_attrs = [{}, {}], function_type = (tensor<7x3xf32>, tensor<4xi32>) -> tensor<4x3xf32>, res_attrs = [{}], sym_name = "_take", sym_visibility = "private"}> ({
  ^bb0(%arg0: tensor<7x3xf32>, %arg1: tensor<4xi32>):
    %0 = "stablehlo.broadcast_in_dim"(%arg1) <{broadcast_dimensions = array<i64: 0>}> : (tensor<4xi32>) -> tensor<4x1xi32>
    %1 = "stablehlo.gather"(%arg0, %0) <{dimension_numbers = #stablehlo.gather<offset_dims = [1], collapsed_slice_dims = [0], start_index_map = [0], index_vector_dim = 1>, indices_are_sorted = false, slice_sizes = array<i64: 1, 3>}> : (tensor<7x3xf32>, tensor<4x1xi32>) -> tensor<4x3xf32>
    "func.return"(%1) : (tensor<4x3xf32>) -> ()
  }) : () -> ()
}) {mhlo.num_partitions = 1 : i32, mhlo.num_replicas = 1 : i32} : () -> ()
// ----- conv
#loc1 = loc("x")
#loc2 = loc("w")
#loc3 = loc("y")
#loc4 = loc("v")
module @jit_conv attributes {mhlo.num_partitions = 1 : i32, mhlo.num_replicas = 1 : i32} {
  func.func public @main(%arg0: tensor<1x8x8x3xf32> loc("x"), %arg1: tensor<3x3x3x6xf32> loc("w"), %arg2: tensor<1x6x8xf32> loc("y"), %arg3: tensor<6x2x3xf32> loc("v")) -> (tensor<1x8x4x6xf32> {jax.result_info = "result[0]"}, tensor<1x6x6xf32> {jax.result_info = "result[1]"}) {
    %0 = stablehlo.convolution(%arg0, %arg1) dim_numbers = [b, 0, 1, f]x[0, 1, i, o]->[b, 0, 1, f], window = {stride = [1, 2], pad = [[1, 1], [0, 1]], lhs_dilate = [1, 1], rhs_dilate = [1, 1], reverse = [false, false]} {batch_group_count = 1 : i64, feature_group_count = 1 : i64, precision_config = [#stablehlo<precision DEFAULT>, #stablehlo<precision DEFAULT>]} : (tensor<1x8x8x3xf32>, tensor<3x3x3x6xf32>) -> tensor<1x8x4x6xf32> loc(#loc17)
    %1 = stablehlo.convolution(%arg2, %arg3) dim_numbers = [b, f, 0]x[o, i, 0]->[b, f, 0], window = {stride = [1], pad = [[1, 1]], lhs_dilate = [1], rhs_dilate = [2], reverse = [false]} {batch_group_count = 1 : i64, feature_group_count = 3 : i64, precision_config = [#stablehlo<precision DEFAULT>, #stablehlo<precision DEFAULT>]} : (tensor<1x6x8xf32>, tensor<6x2x3xf32>) -> tensor<1x6x6xf32> loc(#loc18)
    return %0, %1 : tensor<1x8x4x6xf32>, tensor<1x6x6xf32> loc(#loc16)
  } loc(#loc)
} loc(#loc)
#loc = loc(unknown)
#loc5 = loc("make_jax_texts.py":79:12 to :102)
#loc6 = loc("make_jax_texts.py":155:21 to :102)
#loc7 = loc("make_jax_texts.py":162:4 to :21)
#loc8 = loc("make_jax_texts.py":80:18 to :106)
#loc9 = loc("conv"(#loc5))
#loc10 = loc("main"(#loc6))
#loc11 = loc("<module>"(#loc7))
#loc12 = loc("conv"(#loc8))
#loc13 = loc(callsite(#loc10 at #loc11))
#loc14 = loc(callsite(#loc9 at #loc13))
#loc15 = loc(callsite(#loc12 at #loc13))
#loc16 = loc("jit(conv)"(#loc13))
#loc17 = loc("jit(conv)/conv_general_dilated"(#loc14))
#loc18 = loc("jit(conv)/conv_general_dilated"(#loc15))
// ----- conv generic
"builtin.module"() <{sym_name = "jit_conv"}> ({
  "func.func"() <{arg_attrs = [{}, {}, {}, {}], function_type = (tensor<1x8x8x3xf32>, tensor<3x3x3x6xf32>, tensor<1x6x8xf32>, tensor<6x2x3xf32>) -> (tensor<1x8x4x6xf32>, tensor<1x6x6xf32>), res_attrs = [{jax.result_info = "result[0]"}, {jax.result_info = "result[1]"}], sym_name = "main", sym_visibility = "public"}> ({
  ^bb0(%arg0: tensor<1x8x8x3xf32>, %arg1: tensor<3x3x3x6xf32>, %arg2: tensor<1x6x8xf32>, %arg3: tensor<6x2x3xf32>):
    %0 = "stablehlo.convolution"(%arg0, %arg1) <{batch_group_count = 1 : i64, dimension_numbers = #stablehlo.conv<[b, 0, 1, f]x[0, 1, i, o]->[b, 0, 1, f]>, feature_group_count = 1 : i64, lhs_dilation = array<i64: 1, 1>, padding = dense<[[1, 1], [0, 1]]> : tensor<2x2xi64>, precision_config = [#stablehlo<precision DEFAULT>, #stablehlo<precision DEFAULT>], rhs_dilation = array<i64: 1, 1>, window_reversal = array<i1: false, false>, window_strides = array<i64: 1, 2>}> : (tensor<1x8x8x3xf32>, tensor<3x3x3x6xf32>) -> tensor<1x8x4x6xf32>
    %1 = "stablehlo.convolution"(%arg2, %arg3) <{batch_group_count = 1 : i64, dimension_numbers = #stablehlo.conv<[b, f, 0]x[o, i, 0]->[b, f, 0]>, feature_group_count = 3 : i64, lhs_dilation = array<i64: 1>, padding = dense<1> : tensor<1x2xi64>, precision_config = [#stablehlo<precision DEFAULT>, #stablehlo<precision DEFAULT>], rhs_dilation = array<i64: 2>, window_reversal = array<i1: false>, window_strides = array<i64: 1>}> : (tensor<1x6x8xf32>, tensor<6x2x3xf32>) -> tensor<1x6x6xf32>
    "func.return"(%0, %1) : (tensor<1x8x4x6xf32>, tensor<1x6x6xf32>) -> ()
  }) : () -> ()
}) {mhlo.num_partitions = 1 : i32, mhlo.num_replicas = 1 : i32} : () -> ()
// ----- pool
#loc1 = loc("x")
#loc6 = loc("reduce_window_max")
#loc8 = loc("select_and_scatter")
#loc13 = loc("reduce_window_max:"(#loc6))
#loc15 = loc("select_and_scatter:"(#loc8))
module @jit_pool attributes {mhlo.num_partitions = 1 : i32, mhlo.num_replicas = 1 : i32} {
  func.func public @main(%arg0: tensor<1x8x8x3xf32> loc("x")) -> (tensor<f32> {jax.result_info = "result[0]"}, tensor<1x8x8x3xf32> {jax.result_info = "result[1]"}) {
    %cst = stablehlo.constant dense<0xFF800000> : tensor<f32> loc(#loc23)
    %0 = stablehlo.broadcast_in_dim %cst, dims = [] : (tensor<f32>) -> tensor<f32> loc(#loc23)
    %1 = "stablehlo.reduce_window"(%arg0, %0) <{base_dilations = array<i64: 1, 1, 1, 1>, padding = dense<0> : tensor<4x2xi64>, window_dilations = array<i64: 1, 1, 1, 1>, window_dimensions = array<i64: 1, 2, 2, 1>, window_strides = array<i64: 1, 2, 2, 1>}> ({
    ^bb0(%arg1: tensor<f32> loc("reduce_window_max:"(#loc6)), %arg2: tensor<f32> loc("reduce_window_max:"(#loc6))):
      %5 = stablehlo.maximum %arg1, %arg2 : tensor<f32> loc(#loc23)
      stablehlo.return %5 : tensor<f32> loc(#loc23)
    }) : (tensor<1x8x8x3xf32>, tensor<f32>) -> tensor<1x4x4x3xf32> loc(#loc23)
    %cst_0 = stablehlo.constant dense<0.000000e+00> : tensor<f32> loc(#loc24)
    %2 = stablehlo.reduce(%1 init: %cst_0) applies stablehlo.add across dimensions = [0, 1, 2, 3] : (tensor<1x4x4x3xf32>, tensor<f32>) -> tensor<f32> loc(#loc24)
    %cst_1 = stablehlo.constant dense<1.000000e+00> : tensor<f32> loc(#loc19)
    %3 = stablehlo.broadcast_in_dim %cst_1, dims = [] : (tensor<f32>) -> tensor<1x4x4x3xf32> loc(#loc25)
    %cst_2 = stablehlo.constant dense<0.000000e+00> : tensor<f32> loc(#loc26)
    %4 = "stablehlo.select_and_scatter"(%arg0, %3, %cst_2) <{padding = dense<0> : tensor<4x2xi64>, window_dimensions = array<i64: 1, 2, 2, 1>, window_strides = array<i64: 1, 2, 2, 1>}> ({
    ^bb0(%arg1: tensor<f32> loc("select_and_scatter:"(#loc8)), %arg2: tensor<f32> loc("select_and_scatter:"(#loc8))):
      %5 = stablehlo.compare GE, %arg1, %arg2, FLOAT : (tensor<f32>, tensor<f32>) -> tensor<i1> loc(#loc30)
      stablehlo.return %5 : tensor<i1> loc(#loc29)
    }, {
    ^bb0(%arg1: tensor<f32> loc("select_and_scatter:"(#loc8)), %arg2: tensor<f32> loc("select_and_scatter:"(#loc8))):
      %5 = stablehlo.add %arg1, %arg2 : tensor<f32> loc(#loc31)
      stablehlo.return %5 : tensor<f32> loc(#loc29)
    }) : (tensor<1x8x8x3xf32>, tensor<1x4x4x3xf32>, tensor<f32>) -> tensor<1x8x8x3xf32> loc(#loc29)
    return %2, %4 : tensor<f32>, tensor<1x8x8x3xf32> loc(#loc19)
  } loc(#loc)
} loc(#loc)
#loc = loc(unknown)
#loc2 = loc("make_jax_texts.py":86:18 to :94)
#loc3 = loc("make_jax_texts.py":85:11 to 86:104)
#loc4 = loc("make_jax_texts.py":155:21 to :102)
#loc5 = loc("make_jax_texts.py":162:4 to :21)
#loc7 = loc("make_jax_texts.py":86:18 to :100)
#loc9 = loc("pool.<locals>.<lambda>"(#loc2))
#loc10 = loc("pool"(#loc3))
#loc11 = loc("main"(#loc4))
#loc12 = loc("<module>"(#loc5))
#loc14 = loc("pool.<locals>.<lambda>"(#loc7))
#loc16 = loc(callsite(#loc11 at #loc12))
#loc17 = loc(callsite(#loc9 at #loc10))
#loc18 = loc(callsite(#loc10 at #loc16))
#loc19 = loc("jit(pool)"(#loc16))
#loc20 = loc(callsite(#loc17 at #loc17))
#loc21 = loc(callsite(#loc9 at #loc18))
#loc22 = loc(callsite(#loc14 at #loc18))
#loc23 = loc("jit(pool)/jvp()/reduce_window_max"(#loc21))
#loc24 = loc("jit(pool)/jvp()/reduce_sum"(#loc22))
#loc25 = loc("jit(pool)/transpose(jvp())/broadcast_in_dim"(#loc22))
#loc26 = loc("jit(pool)/transpose(jvp())/select_and_scatter_add"(#loc21))
#loc27 = loc(callsite(#loc17 at #loc21))
#loc28 = loc(callsite(#loc20 at #loc21))
#loc29 = loc("jit(pool)/transpose(jvp())/select_and_scatter"(#loc27))
#loc30 = loc("jit(pool)/transpose(jvp())/ge"(#loc28))
#loc31 = loc("jit(pool)/transpose(jvp())/add"(#loc28))
// ----- pool generic
"builtin.module"() <{sym_name = "jit_pool"}> ({
  "func.func"() <{arg_attrs = [{}], function_type = (tensor<1x8x8x3xf32>) -> (tensor<f32>, tensor<1x8x8x3xf32>), res_attrs = [{jax.result_info = "result[0]"}, {jax.result_info = "result[1]"}], sym_name = "main", sym_visibility = "public"}> ({
  ^bb0(%arg0: tensor<1x8x8x3xf32>):
    %0 = "stablehlo.constant"() <{value = dense<0xFF800000> : tensor<f32>}> : () -> tensor<f32>
    %1 = "stablehlo.broadcast_in_dim"(%0) <{broadcast_dimensions = array<i64>}> : (tensor<f32>) -> tensor<f32>
    %2 = "stablehlo.reduce_window"(%arg0, %1) <{base_dilations = array<i64: 1, 1, 1, 1>, padding = dense<0> : tensor<4x2xi64>, window_dilations = array<i64: 1, 1, 1, 1>, window_dimensions = array<i64: 1, 2, 2, 1>, window_strides = array<i64: 1, 2, 2, 1>}> ({
    ^bb0(%arg7: tensor<f32>, %arg8: tensor<f32>):
      %12 = "stablehlo.maximum"(%arg7, %arg8) : (tensor<f32>, tensor<f32>) -> tensor<f32>
      "stablehlo.return"(%12) : (tensor<f32>) -> ()
    }) : (tensor<1x8x8x3xf32>, tensor<f32>) -> tensor<1x4x4x3xf32>
    %3 = "stablehlo.constant"() <{value = dense<0.000000e+00> : tensor<f32>}> : () -> tensor<f32>
    %4 = "stablehlo.reduce"(%2, %3) <{dimensions = array<i64: 0, 1, 2, 3>}> ({
    ^bb0(%arg5: tensor<f32>, %arg6: tensor<f32>):
      %11 = "stablehlo.add"(%arg5, %arg6) : (tensor<f32>, tensor<f32>) -> tensor<f32>
      "stablehlo.return"(%11) : (tensor<f32>) -> ()
    }) : (tensor<1x4x4x3xf32>, tensor<f32>) -> tensor<f32>
    %5 = "stablehlo.constant"() <{value = dense<1.000000e+00> : tensor<f32>}> : () -> tensor<f32>
    %6 = "stablehlo.broadcast_in_dim"(%5) <{broadcast_dimensions = array<i64>}> : (tensor<f32>) -> tensor<1x4x4x3xf32>
    %7 = "stablehlo.constant"() <{value = dense<0.000000e+00> : tensor<f32>}> : () -> tensor<f32>
    %8 = "stablehlo.select_and_scatter"(%arg0, %6, %7) <{padding = dense<0> : tensor<4x2xi64>, window_dimensions = array<i64: 1, 2, 2, 1>, window_strides = array<i64: 1, 2, 2, 1>}> ({
    ^bb0(%arg3: tensor<f32>, %arg4: tensor<f32>):
      %10 = "stablehlo.compare"(%arg3, %arg4) <{compare_type = #stablehlo<comparison_type FLOAT>, comparison_direction = #stablehlo<comparison_direction GE>}> : (tensor<f32>, tensor<f32>) -> tensor<i1>
      "stablehlo.return"(%10) : (tensor<i1>) -> ()
    }, {
    ^bb0(%arg1: tensor<f32>, %arg2: tensor<f32>):
      %9 = "stablehlo.add"(%arg1, %arg2) : (tensor<f32>, tensor<f32>) -> tensor<f32>
      "stablehlo.return"(%9) : (tensor<f32>) -> ()
    }) : (tensor<1x8x8x3xf32>, tensor<1x4x4x3xf32>, tensor<f32>) -> tensor<1x8x8x3xf32>
    "func.return"(%4, %8) : (tensor<f32>, tensor<1x8x8x3xf32>) -> ()
  }) : () -> ()
}) {mhlo.num_partitions = 1 : i32, mhlo.num_replicas = 1 : i32} : () -> ()
// ----- cumulative
#loc = loc(unknown)
#loc1 = loc("x")
#loc3 = loc("make_jax_texts.py":155:21 to :102)
#loc4 = loc("make_jax_texts.py":162:4 to :21)
#loc5 = loc("make_jax_texts.py":91:26 to :39)
#loc6 = loc("reduce_window_sum")
#loc7 = loc("reduce_window_max")
#loc9 = loc("main"(#loc3))
#loc10 = loc("<module>"(#loc4))
#loc11 = loc("cumulative"(#loc5))
#loc12 = loc("reduce_window_sum:"(#loc6))
#loc13 = loc("reduce_window_max:"(#loc7))
#loc14 = loc(callsite(#loc9 at #loc10))
#loc17 = loc(callsite(#loc11 at #loc14))
#loc20 = loc("jit(cumulative)"(#loc17))
module @jit_cumulative attributes {mhlo.num_partitions = 1 : i32, mhlo.num_replicas = 1 : i32} {
  func.func public @main(%arg0: tensor<20xf32> loc("x")) -> (tensor<20xf32> {jax.result_info = "result[0]"}, tensor<20xf32> {jax.result_info = "result[1]"}) {
    %0 = call @cumsum(%arg0) : (tensor<20xf32>) -> tensor<20xf32> loc(#loc19)
    %1 = call @cummax(%arg0) : (tensor<20xf32>) -> tensor<20xf32> loc(#loc20)
    return %0, %1 : tensor<20xf32>, tensor<20xf32> loc(#loc18)
  } loc(#loc)
  func.func private @cumsum(%arg0: tensor<20xf32> loc(unknown)) -> tensor<20xf32> {
    %0 = call @cumsum_0(%arg0) : (tensor<20xf32>) -> tensor<20xf32> loc(#loc)
    return %0 : tensor<20xf32> loc(#loc)
  } loc(#loc22)
  func.func private @cumsum_0(%arg0: tensor<20xf32> loc(unknown)) -> tensor<20xf32> {
    %cst = stablehlo.constant dense<0.000000e+00> : tensor<f32> loc(#loc6)
    %0 = stablehlo.broadcast_in_dim %cst, dims = [] : (tensor<f32>) -> tensor<f32> loc(#loc6)
    %1 = "stablehlo.reduce_window"(%arg0, %0) <{base_dilations = array<i64: 1>, padding = dense<[[19, 0]]> : tensor<1x2xi64>, window_dilations = array<i64: 1>, window_dimensions = array<i64: 20>, window_strides = array<i64: 1>}> ({
    ^bb0(%arg1: tensor<f32> loc("reduce_window_sum:"(#loc6)), %arg2: tensor<f32> loc("reduce_window_sum:"(#loc6))):
      %2 = stablehlo.add %arg1, %arg2 : tensor<f32> loc(#loc6)
      stablehlo.return %2 : tensor<f32> loc(#loc6)
    }) : (tensor<20xf32>, tensor<f32>) -> tensor<20xf32> loc(#loc6)
    return %1 : tensor<20xf32> loc(#loc)
  } loc(#loc)
  func.func private @cummax(%arg0: tensor<20xf32> loc("jit(cumulative)"(#loc17))) -> tensor<20xf32> {
    %cst = stablehlo.constant dense<0xFF800000> : tensor<f32> loc(#loc15)
    %0 = stablehlo.broadcast_in_dim %cst, dims = [] : (tensor<f32>) -> tensor<f32> loc(#loc15)
    %1 = "stablehlo.reduce_window"(%arg0, %0) <{base_dilations = array<i64: 1>, padding = dense<[[19, 0]]> : tensor<1x2xi64>, window_dilations = array<i64: 1>, window_dimensions = array<i64: 20>, window_strides = array<i64: 1>}> ({
    ^bb0(%arg1: tensor<f32> loc("reduce_window_max:"(#loc7)), %arg2: tensor<f32> loc("reduce_window_max:"(#loc7))):
      %2 = stablehlo.maximum %arg1, %arg2 : tensor<f32> loc(#loc15)
      stablehlo.return %2 : tensor<f32> loc(#loc15)
    }) : (tensor<20xf32>, tensor<f32>) -> tensor<20xf32> loc(#loc15)
    return %1 : tensor<20xf32> loc(#loc20)
  } loc(#loc20)
} loc(#loc)
#loc2 = loc("make_jax_texts.py":91:11 to :24)
#loc8 = loc("cumulative"(#loc2))
#loc15 = loc("reduce_window_max"(#loc11))
#loc16 = loc(callsite(#loc8 at #loc14))
#loc18 = loc("jit(cumulative)"(#loc14))
#loc19 = loc("jit(cumulative)/jit(cumsum)"(#loc16))
#loc21 = loc("jit(cumulative)/jit"(#loc16))
#loc22 = loc("jit:"(#loc21))
// ----- cumulative generic
"builtin.module"() <{sym_name = "jit_cumulative"}> ({
  "func.func"() <{arg_attrs = [{}], function_type = (tensor<20xf32>) -> (tensor<20xf32>, tensor<20xf32>), res_attrs = [{jax.result_info = "result[0]"}, {jax.result_info = "result[1]"}], sym_name = "main", sym_visibility = "public"}> ({
  ^bb0(%arg7: tensor<20xf32>):
    %9 = "func.call"(%arg7) <{callee = @cumsum}> : (tensor<20xf32>) -> tensor<20xf32>
    %10 = "func.call"(%arg7) <{callee = @cummax}> : (tensor<20xf32>) -> tensor<20xf32>
    "func.return"(%9, %10) : (tensor<20xf32>, tensor<20xf32>) -> ()
  }) : () -> ()
  "func.func"() <{arg_attrs = [{}], function_type = (tensor<20xf32>) -> tensor<20xf32>, res_attrs = [{}], sym_name = "cumsum", sym_visibility = "private"}> ({
  ^bb0(%arg6: tensor<20xf32>):
    %8 = "func.call"(%arg6) <{callee = @cumsum_0}> : (tensor<20xf32>) -> tensor<20xf32>
    "func.return"(%8) : (tensor<20xf32>) -> ()
  }) : () -> ()
  "func.func"() <{function_type = (tensor<20xf32>) -> tensor<20xf32>, sym_name = "cumsum_0", sym_visibility = "private"}> ({
  ^bb0(%arg3: tensor<20xf32>):
    %4 = "stablehlo.constant"() <{value = dense<0.000000e+00> : tensor<f32>}> : () -> tensor<f32>
    %5 = "stablehlo.broadcast_in_dim"(%4) <{broadcast_dimensions = array<i64>}> : (tensor<f32>) -> tensor<f32>
    %6 = "stablehlo.reduce_window"(%arg3, %5) <{base_dilations = array<i64: 1>, padding = dense<[[19, 0]]> : tensor<1x2xi64>, window_dilations = array<i64: 1>, window_dimensions = array<i64: 20>, window_strides = array<i64: 1>}> ({
    ^bb0(%arg4: tensor<f32>, %arg5: tensor<f32>):
      %7 = "stablehlo.add"(%arg4, %arg5) : (tensor<f32>, tensor<f32>) -> tensor<f32>
      "stablehlo.return"(%7) : (tensor<f32>) -> ()
    }) : (tensor<20xf32>, tensor<f32>) -> tensor<20xf32>
    "func.return"(%6) : (tensor<20xf32>) -> ()
  }) : () -> ()
  "func.func"() <{function_type = (tensor<20xf32>) -> tensor<20xf32>, sym_name = "cummax", sym_visibility = "private"}> ({
  ^bb0(%arg0: tensor<20xf32>):
    %0 = "stablehlo.constant"() <{value = dense<0xFF800000> : tensor<f32>}> : () -> tensor<f32>
    %1 = "stablehlo.broadcast_in_dim"(%0) <{broadcast_dimensions = array<i64>}> : (tensor<f32>) -> tensor<f32>
    %2 = "stablehlo.reduce_window"(%arg0, %1) <{base_dilations = array<i64: 1>, padding = dense<[[19, 0]]> : tensor<1x2xi64>, window_dilations = array<i64: 1>, window_dimensions = array<i64: 20>, window_strides = array<i64: 1>}> ({
    ^bb0(%arg1: tensor<f32>, %arg2: tensor<f32>):
      %3 = "stablehlo.maximum"(%arg1, %arg2) : (tensor<f32>, tensor<f32>) -> tensor<f32>
      "stablehlo.return"(%3) : (tensor<f32>) -> ()
    }) : (tensor<20xf32>, tensor<f32>) -> tensor<20xf32>
    "func.return"(%2) : (tensor<20xf32>) -> ()
  }) : () -> ()
}) {mhlo.num_partitions = 1 : i32, mhlo.num_replicas = 1 : i32} : () -> ()
// ----- reductions
#loc1 = loc("x")
#loc2 = loc("make_jax_texts.py":155:21 to :102)
#loc3 = loc("make_jax_texts.py":162:4 to :21)
#loc5 = loc("reduce")
#loc8 = loc("make_jax_texts.py":97:11 to :32)
#loc12 = loc("main"(#loc2))
#loc13 = loc("<module>"(#loc3))
#loc15 = loc("reduce:"(#loc5))
#loc18 = loc("reductions"(#loc8))
#loc22 = loc(callsite(#loc12 at #loc13))
#loc28 = loc(callsite(#loc18 at #loc22))
#loc41 = loc("jit(reductions)"(#loc28))
module @jit_reductions attributes {mhlo.num_partitions = 1 : i32, mhlo.num_replicas = 1 : i32} {
  func.func public @main(%arg0: tensor<5x6xf32> loc("x")) -> (tensor<5xi32> {jax.result_info = "result[0]"}, tensor<i1> {jax.result_info = "result[1]"}, tensor<5xf32> {jax.result_info = "result[2][0]"}, tensor<5xf32> {jax.result_info = "result[2][1]"}) {
    %cst = stablehlo.constant dense<0.000000e+00> : tensor<f32> loc(#loc26)
    %cst_0 = stablehlo.constant dense<1.000000e+00> : tensor<f32> loc(#loc26)
    %0:2 = stablehlo.reduce(%arg0 init: %cst), (%arg0 init: %cst_0) across dimensions = [1] : (tensor<5x6xf32>, tensor<5x6xf32>, tensor<f32>, tensor<f32>) -> (tensor<5xf32>, tensor<5xf32>)
     reducer(%arg1: tensor<f32> loc("reduce:"(#loc5)), %arg3: tensor<f32> loc("reduce:"(#loc5))) (%arg2: tensor<f32> loc("reduce:"(#loc5)), %arg4: tensor<f32> loc("reduce:"(#loc5)))  {
      %5 = stablehlo.add %arg1, %arg3 : tensor<f32> loc(#loc44)
      %6 = stablehlo.multiply %arg2, %arg4 : tensor<f32> loc(#loc45)
      stablehlo.return %5, %6 : tensor<f32>, tensor<f32> loc(#loc38)
    } loc(#loc38)
    %1 = call @argmax(%arg0) : (tensor<5x6xf32>) -> tensor<5xi32> loc(#loc41)
    %cst_1 = stablehlo.constant dense<0.000000e+00> : tensor<f32> loc(#loc26)
    %2 = stablehlo.broadcast_in_dim %cst_1, dims = [] : (tensor<f32>) -> tensor<5x6xf32> loc(#loc42)
    %3 = stablehlo.compare GT, %arg0, %2, FLOAT : (tensor<5x6xf32>, tensor<5x6xf32>) -> tensor<5x6xi1> loc(#loc42)
    %c = stablehlo.constant dense<false> : tensor<i1> loc(#loc43)
    %4 = stablehlo.reduce(%3 init: %c) applies stablehlo.or across dimensions = [0, 1] : (tensor<5x6xi1>, tensor<i1>) -> tensor<i1> loc(#loc43)
    return %1, %4, %0#0, %0#1 : tensor<5xi32>, tensor<i1>, tensor<5xf32>, tensor<5xf32> loc(#loc26)
  } loc(#loc)
  func.func private @argmax(%arg0: tensor<5x6xf32> loc("jit(reductions)"(#loc28))) -> tensor<5xi32> {
    %0 = stablehlo.iota dim = 1 : tensor<5x6xi32> loc(#loc23)
    %cst = stablehlo.constant dense<0xFF800000> : tensor<f32> loc(#loc21)
    %c = stablehlo.constant dense<0> : tensor<i32> loc(#loc21)
    %1:2 = stablehlo.reduce(%arg0 init: %cst), (%0 init: %c) across dimensions = [1] : (tensor<5x6xf32>, tensor<5x6xi32>, tensor<f32>, tensor<i32>) -> (tensor<5xf32>, tensor<5xi32>)
     reducer(%arg1: tensor<f32> loc("reduce:"(#loc5)), %arg3: tensor<f32> loc("reduce:"(#loc5))) (%arg2: tensor<i32> loc("reduce:"(#loc5)), %arg4: tensor<i32> loc("reduce:"(#loc5)))  {
      %2 = stablehlo.compare GT, %arg1, %arg3, FLOAT : (tensor<f32>, tensor<f32>) -> tensor<i1> loc(#loc31)
      %3 = stablehlo.compare NE, %arg1, %arg1, FLOAT : (tensor<f32>, tensor<f32>) -> tensor<i1> loc(#loc32)
      %4 = stablehlo.or %2, %3 : tensor<i1> loc(#loc33)
      %5 = stablehlo.compare EQ, %arg1, %arg3, FLOAT : (tensor<f32>, tensor<f32>) -> tensor<i1> loc(#loc34)
      %6 = stablehlo.compare LT, %arg2, %arg4, SIGNED : (tensor<i32>, tensor<i32>) -> tensor<i1> loc(#loc35)
      %7 = stablehlo.and %5, %6 : tensor<i1> loc(#loc36)
      %8 = stablehlo.or %4, %7 : tensor<i1> loc(#loc33)
      %9 = stablehlo.select %4, %arg1, %arg3 : tensor<i1>, tensor<f32> loc(#loc37)
      %10 = stablehlo.select %8, %arg2, %arg4 : tensor<i1>, tensor<i32> loc(#loc37)
      stablehlo.return %9, %10 : tensor<f32>, tensor<i32> loc(#loc24)
    } loc(#loc24)
    return %1#1 : tensor<5xi32> loc(#loc41)
  } loc(#loc41)
} loc(#loc)
#loc = loc(unknown)
#loc4 = loc("make_jax_texts.py":96:11 to :86)
#loc6 = loc("make_jax_texts.py":96:54 to :65)
#loc7 = loc("make_jax_texts.py":96:67 to :78)
#loc9 = loc("make_jax_texts.py":97:42 to :47)
#loc10 = loc("make_jax_texts.py":97:34 to :48)
#loc11 = loc("argmax")
#loc14 = loc("reductions"(#loc4))
#loc16 = loc("reductions.<locals>.<lambda>"(#loc6))
#loc17 = loc("reductions.<locals>.<lambda>"(#loc7))
#loc19 = loc("reductions"(#loc9))
#loc20 = loc("reductions"(#loc10))
#loc21 = loc("argmax:"(#loc11))
#loc23 = loc("iota"(#loc18))
#loc24 = loc("reduce"(#loc18))
#loc25 = loc(callsite(#loc18 at #loc18))
#loc26 = loc("jit(reductions)"(#loc22))
#loc27 = loc(callsite(#loc14 at #loc22))
#loc29 = loc(callsite(#loc19 at #loc22))
#loc30 = loc(callsite(#loc20 at #loc22))
#loc31 = loc("gt"(#loc25))
#loc32 = loc("ne"(#loc25))
#loc33 = loc("or"(#loc25))
#loc34 = loc("eq"(#loc25))
#loc35 = loc("lt"(#loc25))
#loc36 = loc("and"(#loc25))
#loc37 = loc("select_n"(#loc25))
#loc38 = loc("jit(reductions)/reduce"(#loc27))
#loc39 = loc(callsite(#loc16 at #loc27))
#loc40 = loc(callsite(#loc17 at #loc27))
#loc42 = loc("jit(reductions)/gt"(#loc29))
#loc43 = loc("jit(reductions)/reduce_or"(#loc30))
#loc44 = loc("jit(reductions)/add"(#loc39))
#loc45 = loc("jit(reductions)/mul"(#loc40))
// ----- reductions generic
"builtin.module"() <{sym_name = "jit_reductions"}> ({
  "func.func"() <{arg_attrs = [{}], function_type = (tensor<5x6xf32>) -> (tensor<5xi32>, tensor<i1>, tensor<5xf32>, tensor<5xf32>), res_attrs = [{jax.result_info = "result[0]"}, {jax.result_info = "result[1]"}, {jax.result_info = "result[2][0]"}, {jax.result_info = "result[2][1]"}], sym_name = "main", sym_visibility = "public"}> ({
  ^bb0(%arg5: tensor<5x6xf32>):
    %13 = "stablehlo.constant"() <{value = dense<0.000000e+00> : tensor<f32>}> : () -> tensor<f32>
    %14 = "stablehlo.constant"() <{value = dense<1.000000e+00> : tensor<f32>}> : () -> tensor<f32>
    %15:2 = "stablehlo.reduce"(%arg5, %arg5, %13, %14) <{dimensions = array<i64: 1>}> ({
    ^bb0(%arg8: tensor<f32>, %arg9: tensor<f32>, %arg10: tensor<f32>, %arg11: tensor<f32>):
      %23 = "stablehlo.add"(%arg8, %arg10) : (tensor<f32>, tensor<f32>) -> tensor<f32>
      %24 = "stablehlo.multiply"(%arg9, %arg11) : (tensor<f32>, tensor<f32>) -> tensor<f32>
      "stablehlo.return"(%23, %24) : (tensor<f32>, tensor<f32>) -> ()
    }) : (tensor<5x6xf32>, tensor<5x6xf32>, tensor<f32>, tensor<f32>) -> (tensor<5xf32>, tensor<5xf32>)
    %16 = "func.call"(%arg5) <{callee = @argmax}> : (tensor<5x6xf32>) -> tensor<5xi32>
    %17 = "stablehlo.constant"() <{value = dense<0.000000e+00> : tensor<f32>}> : () -> tensor<f32>
    %18 = "stablehlo.broadcast_in_dim"(%17) <{broadcast_dimensions = array<i64>}> : (tensor<f32>) -> tensor<5x6xf32>
    %19 = "stablehlo.compare"(%arg5, %18) <{compare_type = #stablehlo<comparison_type FLOAT>, comparison_direction = #stablehlo<comparison_direction GT>}> : (tensor<5x6xf32>, tensor<5x6xf32>) -> tensor<5x6xi1>
    %20 = "stablehlo.constant"() <{value = dense<false> : tensor<i1>}> : () -> tensor<i1>
    %21 = "stablehlo.reduce"(%19, %20) <{dimensions = array<i64: 0, 1>}> ({
    ^bb0(%arg6: tensor<i1>, %arg7: tensor<i1>):
      %22 = "stablehlo.or"(%arg6, %arg7) : (tensor<i1>, tensor<i1>) -> tensor<i1>
      "stablehlo.return"(%22) : (tensor<i1>) -> ()
    }) : (tensor<5x6xi1>, tensor<i1>) -> tensor<i1>
    "func.return"(%16, %21, %15#0, %15#1) : (tensor<5xi32>, tensor<i1>, tensor<5xf32>, tensor<5xf32>) -> ()
  }) : () -> ()
  "func.func"() <{function_type = (tensor<5x6xf32>) -> tensor<5xi32>, sym_name = "argmax", sym_visibility = "private"}> ({
  ^bb0(%arg0: tensor<5x6xf32>):
    %0 = "stablehlo.iota"() <{iota_dimension = 1 : i64}> : () -> tensor<5x6xi32>
    %1 = "stablehlo.constant"() <{value = dense<0xFF800000> : tensor<f32>}> : () -> tensor<f32>
    %2 = "stablehlo.constant"() <{value = dense<0> : tensor<i32>}> : () -> tensor<i32>
    %3:2 = "stablehlo.reduce"(%arg0, %0, %1, %2) <{dimensions = array<i64: 1>}> ({
    ^bb0(%arg1: tensor<f32>, %arg2: tensor<i32>, %arg3: tensor<f32>, %arg4: tensor<i32>):
      %4 = "stablehlo.compare"(%arg1, %arg3) <{compare_type = #stablehlo<comparison_type FLOAT>, comparison_direction = #stablehlo<comparison_direction GT>}> : (tensor<f32>, tensor<f32>) -> tensor<i1>
      %5 = "stablehlo.compare"(%arg1, %arg1) <{compare_type = #stablehlo<comparison_type FLOAT>, comparison_direction = #stablehlo<comparison_direction NE>}> : (tensor<f32>, tensor<f32>) -> tensor<i1>
      %6 = "stablehlo.or"(%4, %5) : (tensor<i1>, tensor<i1>) -> tensor<i1>
      %7 = "stablehlo.compare"(%arg1, %arg3) <{compare_type = #stablehlo<comparison_type FLOAT>, comparison_direction = #stablehlo<comparison_direction EQ>}> : (tensor<f32>, tensor<f32>) -> tensor<i1>
      %8 = "stablehlo.compare"(%arg2, %arg4) <{compare_type = #stablehlo<comparison_type SIGNED>, comparison_direction = #stablehlo<comparison_direction LT>}> : (tensor<i32>, tensor<i32>) -> tensor<i1>
      %9 = "stablehlo.and"(%7, %8) : (tensor<i1>, tensor<i1>) -> tensor<i1>
      %10 = "stablehlo.or"(%6, %9) : (tensor<i1>, tensor<i1>) -> tensor<i1>
      %11 = "stablehlo.select"(%6, %arg1, %arg3) : (tensor<i1>, tensor<f32>, tensor<f32>) -> tensor<f32>
      %12 = "stablehlo.select"(%10, %arg2, %arg4) : (tensor<i1>, tensor<i32>, tensor<i32>) -> tensor<i32>
      "stablehlo.return"(%11, %12) : (tensor<f32>, tensor<i32>) -> ()
    }) : (tensor<5x6xf32>, tensor<5x6xi32>, tensor<f32>, tensor<i32>) -> (tensor<5xf32>, tensor<5xi32>)
    "func.return"(%3#1) : (tensor<5xi32>) -> ()
  }) : () -> ()
}) {mhlo.num_partitions = 1 : i32, mhlo.num_replicas = 1 : i32} : () -> ()
// ----- random_bits
#loc1 = loc("key")
#loc2 = loc("make_jax_texts.py":102:11 to :37)
#loc8 = loc("random_bits"(#loc2))
module @jit_random_bits attributes {mhlo.num_partitions = 1 : i32, mhlo.num_replicas = 1 : i32} {
  func.func public @main(%arg0: tensor<2xui32> loc("key")) -> (tensor<3xui32> {jax.result_info = "result[0]"}, tensor<4xui32> {jax.result_info = "result[1][0]"}, tensor<5xui32> {jax.result_info = "result[1][1]"}) {
    %0 = stablehlo.slice %arg0 [0:1] : (tensor<2xui32>) -> tensor<1xui32> loc(#loc27)
    %1 = stablehlo.reshape %0 : (tensor<1xui32>) -> tensor<ui32> loc(#loc28)
    %2 = stablehlo.slice %arg0 [1:2] : (tensor<2xui32>) -> tensor<1xui32> loc(#loc27)
    %3 = stablehlo.reshape %2 : (tensor<1xui32>) -> tensor<ui32> loc(#loc28)
    %4 = stablehlo.iota dim = 0 : tensor<3xui64> loc(#loc29)
    %c = stablehlo.constant dense<1> : tensor<ui64> loc(#loc29)
    %5 = stablehlo.broadcast_in_dim %c, dims = [] : (tensor<ui64>) -> tensor<3xui64> loc(#loc29)
    %6 = stablehlo.multiply %5, %4 : tensor<3xui64> loc(#loc29)
    %c_0 = stablehlo.constant dense<32> : tensor<ui64> loc(#loc29)
    %7 = stablehlo.broadcast_in_dim %c_0, dims = [] : (tensor<ui64>) -> tensor<3xui64> loc(#loc29)
    %8 = stablehlo.shift_right_logical %6, %7 : tensor<3xui64> loc(#loc29)
    %9 = stablehlo.convert %6 : (tensor<3xui64>) -> tensor<3xui32> loc(#loc29)
    %10 = stablehlo.convert %8 : (tensor<3xui64>) -> tensor<3xui32> loc(#loc29)
    %11:2 = call @threefry2x32(%1, %3, %10, %9) : (tensor<ui32>, tensor<ui32>, tensor<3xui32>, tensor<3xui32>) -> (tensor<3xui32>, tensor<3xui32>) loc(#loc30)
    %12 = stablehlo.xor %11#0, %11#1 : tensor<3xui32> loc(#loc31)
    %c_1 = stablehlo.constant dense<0> : tensor<ui32> loc(#loc21)
    %13 = stablehlo.broadcast_in_dim %c_1, dims = [] : (tensor<ui32>) -> tensor<4xui32> loc(#loc25)
    %14 = stablehlo.reshape %13 : (tensor<4xui32>) -> tensor<2x2xui32> loc(#loc26)
    %15 = stablehlo.bitcast_convert %14 : (tensor<2x2xui32>) -> tensor<2xui64> loc(#loc26)
    %output_state, %output = stablehlo.rng_bit_generator %15, algorithm = DEFAULT : (tensor<2xui64>) -> (tensor<2xui64>, tensor<5xui32>) loc(#loc26)
    %16 = stablehlo.bitcast_convert %output_state : (tensor<2xui64>) -> tensor<2x2xui32> loc(#loc26)
    %17 = stablehlo.reshape %16 : (tensor<2x2xui32>) -> tensor<4xui32> loc(#loc26)
    return %12, %17, %output : tensor<3xui32>, tensor<4xui32>, tensor<5xui32> loc(#loc21)
  } loc(#loc)
  func.func private @threefry2x32(%arg0: tensor<ui32> loc("random_bits"(#loc2)), %arg1: tensor<ui32> loc("random_bits"(#loc2)), %arg2: tensor<3xui32> loc("random_bits"(#loc2)), %arg3: tensor<3xui32> loc("random_bits"(#loc2))) -> (tensor<3xui32>, tensor<3xui32>) {
    %0 = stablehlo.xor %arg0, %arg1 : tensor<ui32> loc(#loc15)
    %c = stablehlo.constant dense<466688986> : tensor<ui32> loc(#loc13)
    %1 = stablehlo.xor %0, %c : tensor<ui32> loc(#loc15)
    %2 = stablehlo.broadcast_in_dim %arg0, dims = [] : (tensor<ui32>) -> tensor<3xui32> loc(#loc16)
    %3 = stablehlo.add %arg2, %2 : tensor<3xui32> loc(#loc16)
    %4 = stablehlo.broadcast_in_dim %arg1, dims = [] : (tensor<ui32>) -> tensor<3xui32> loc(#loc16)
    %5 = stablehlo.add %arg3, %4 : tensor<3xui32> loc(#loc16)
    %6 = stablehlo.add %3, %5 : tensor<3xui32> loc(#loc16)
    %c_0 = stablehlo.constant dense<13> : tensor<ui32> loc(#loc13)
    %7 = stablehlo.broadcast_in_dim %c_0, dims = [] : (tensor<ui32>) -> tensor<3xui32> loc(#loc17)
    %8 = stablehlo.shift_left %5, %7 : tensor<3xui32> loc(#loc17)
    %c_1 = stablehlo.constant dense<19> : tensor<ui32> loc(#loc13)
    %9 = stablehlo.broadcast_in_dim %c_1, dims = [] : (tensor<ui32>) -> tensor<3xui32> loc(#loc18)
    %10 = stablehlo.shift_right_logical %5, %9 : tensor<3xui32> loc(#loc18)
    %11 = stablehlo.or %8, %10 : tensor<3xui32> loc(#loc19)
    %12 = stablehlo.xor %6, %11 : tensor<3xui32> loc(#loc15)
    %13 = stablehlo.add %6, %12 : tensor<3xui32> loc(#loc16)
    %c_2 = stablehlo.constant dense<15> : tensor<ui32> loc(#loc13)
    %14 = stablehlo.broadcast_in_dim %c_2, dims = [] : (tensor<ui32>) -> tensor<3xui32> loc(#loc17)
    %15 = stablehlo.shift_left %12, %14 : tensor<3xui32> loc(#loc17)
    %c_3 = stablehlo.constant dense<17> : tensor<ui32> loc(#loc13)
    %16 = stablehlo.broadcast_in_dim %c_3, dims = [] : (tensor<ui32>) -> tensor<3xui32> loc(#loc18)
    %17 = stablehlo.shift_right_logical %12, %16 : tensor<3xui32> loc(#loc18)
    %18 = stablehlo.or %15, %17 : tensor<3xui32> loc(#loc19)
    %19 = stablehlo.xor %13, %18 : tensor<3xui32> loc(#loc15)
    %20 = stablehlo.add %13, %19 : tensor<3xui32> loc(#loc16)
    %c_4 = stablehlo.constant dense<26> : tensor<ui32> loc(#loc13)
    %21 = stablehlo.broadcast_in_dim %c_4, dims = [] : (tensor<ui32>) -> tensor<3xui32> loc(#loc17)
    %22 = stablehlo.shift_left %19, %21 : tensor<3xui32> loc(#loc17)
    %c_5 = stablehlo.constant dense<6> : tensor<ui32> loc(#loc13)
    %23 = stablehlo.broadcast_in_dim %c_5, dims = [] : (tensor<ui32>) -> tensor<3xui32> loc(#loc18)
    %24 = stablehlo.shift_right_logical %19, %23 : tensor<3xui32> loc(#loc18)
    %25 = stablehlo.or %22, %24 : tensor<3xui32> loc(#loc19)
    %26 = stablehlo.xor %20, %25 : tensor<3xui32> loc(#loc15)
    %27 = stablehlo.add %20, %26 : tensor<3xui32> loc(#loc16)
    %c_6 = stablehlo.constant dense<6> : tensor<ui32> loc(#loc13)
    %28 = stablehlo.broadcast_in_dim %c_6, dims = [] : (tensor<ui32>) -> tensor<3xui32> loc(#loc17)
    %29 = stablehlo.shift_left %26, %28 : tensor<3xui32> loc(#loc17)
    %c_7 = stablehlo.constant dense<26> : tensor<ui32> loc(#loc13)
    %30 = stablehlo.broadcast_in_dim %c_7, dims = [] : (tensor<ui32>) -> tensor<3xui32> loc(#loc18)
    %31 = stablehlo.shift_right_logical %26, %30 : tensor<3xui32> loc(#loc18)
    %32 = stablehlo.or %29, %31 : tensor<3xui32> loc(#loc19)
    %33 = stablehlo.xor %27, %32 : tensor<3xui32> loc(#loc15)
    %34 = stablehlo.broadcast_in_dim %arg1, dims = [] : (tensor<ui32>) -> tensor<3xui32> loc(#loc16)
    %35 = stablehlo.add %27, %34 : tensor<3xui32> loc(#loc16)
    %36 = stablehlo.broadcast_in_dim %1, dims = [] : (tensor<ui32>) -> tensor<3xui32> loc(#loc16)
    %37 = stablehlo.add %33, %36 : tensor<3xui32> loc(#loc16)
    %c_8 = stablehlo.constant dense<1> : tensor<ui32> loc(#loc13)
    %38 = stablehlo.broadcast_in_dim %c_8, dims = [] : (tensor<ui32>) -> tensor<3xui32> loc(#loc16)
    %39 = stablehlo.add %37, %38 : tensor<3xui32> loc(#loc16)
    %40 = stablehlo.add %35, %39 : tensor<3xui32> loc(#loc16)
    %c_9 = stablehlo.constant dense<17> : tensor<ui32> loc(#loc13)
    %41 = stablehlo.broadcast_in_dim %c_9, dims = [] : (tensor<ui32>) -> tensor<3xui32> loc(#loc17)
    %42 = stablehlo.shift_left %39, %41 : tensor<3xui32> loc(#loc17)
    %c_10 = stablehlo.constant dense<15> : tensor<ui32> loc(#loc13)
    %43 = stablehlo.broadcast_in_dim %c_10, dims = [] : (tensor<ui32>) -> tensor<3xui32> loc(#loc18)
    %44 = stablehlo.shift_right_logical %39, %43 : tensor<3xui32> loc(#loc18)
    %45 = stablehlo.or %42, %44 : tensor<3xui32> loc(#loc19)
    %46 = stablehlo.xor %40, %45 : tensor<3xui32> loc(#loc15)
    %47 = stablehlo.add %40, %46 : tensor<3xui32> loc(#loc16)
    %c_11 = stablehlo.constant dense<29> : tensor<ui32> loc(#loc13)
    %48 = stablehlo.broadcast_in_dim %c_11, dims = [] : (tensor<ui32>) -> tensor<3xui32> loc(#loc17)
    %49 = stablehlo.shift_left %46, %48 : tensor<3xui32> loc(#loc17)
    %c_12 = stablehlo.constant dense<3> : tensor<ui32> loc(#loc13)
    %50 = stablehlo.broadcast_in_dim %c_12, dims = [] : (tensor<ui32>) -> tensor<3xui32> loc(#loc18)
    %51 = stablehlo.shift_right_logical %46, %50 : tensor<3xui32> loc(#loc18)
    %52 = stablehlo.or %49, %51 : tensor<3xui32> loc(#loc19)
    %53 = stablehlo.xor %47, %52 : tensor<3xui32> loc(#loc15)
    %54 = stablehlo.add %47, %53 : tensor<3xui32> loc(#loc16)
    %c_13 = stablehlo.constant dense<16> : tensor<ui32> loc(#loc13)
    %55 = stablehlo.broadcast_in_dim %c_13, dims = [] : (tensor<ui32>) -> tensor<3xui32> loc(#loc17)
    %56 = stablehlo.shift_left %53, %55 : tensor<3xui32> loc(#loc17)
    %c_14 = stablehlo.constant dense<16> : tensor<ui32> loc(#loc13)
    %57 = stablehlo.broadcast_in_dim %c_14, dims = [] : (tensor<ui32>) -> tensor<3xui32> loc(#loc18)
    %58 = stablehlo.shift_right_logical %53, %57 : tensor<3xui32> loc(#loc18)
    %59 = stablehlo.or %56, %58 : tensor<3xui32> loc(#loc19)
    %60 = stablehlo.xor %54, %59 : tensor<3xui32> loc(#loc15)
    %61 = stablehlo.add %54, %60 : tensor<3xui32> loc(#loc16)
    %c_15 = stablehlo.constant dense<24> : tensor<ui32> loc(#loc13)
    %62 = stablehlo.broadcast_in_dim %c_15, dims = [] : (tensor<ui32>) -> tensor<3xui32> loc(#loc17)
    %63 = stablehlo.shift_left %60, %62 : tensor<3xui32> loc(#loc17)
    %c_16 = stablehlo.constant dense<8> : tensor<ui32> loc(#loc13)
    %64 = stablehlo.broadcast_in_dim %c_16, dims = [] : (tensor<ui32>) -> tensor<3xui32> loc(#loc18)
    %65 = stablehlo.shift_right_logical %60, %64 : tensor<3xui32> loc(#loc18)
    %66 = stablehlo.or %63, %65 : tensor<3xui32> loc(#loc19)
    %67 = stablehlo.xor %61, %66 : tensor<3xui32> loc(#loc15)
    %68 = stablehlo.broadcast_in_dim %1, dims = [] : (tensor<ui32>) -> tensor<3xui32> loc(#loc16)
    %69 = stablehlo.add %61, %68 : tensor<3xui32> loc(#loc16)
    %70 = stablehlo.broadcast_in_dim %arg0, dims = [] : (tensor<ui32>) -> tensor<3xui32> loc(#loc16)
    %71 = stablehlo.add %67, %70 : tensor<3xui32> loc(#loc16)
    %c_17 = stablehlo.constant dense<2> : tensor<ui32> loc(#loc13)
    %72 = stablehlo.broadcast_in_dim %c_17, dims = [] : (tensor<ui32>) -> tensor<3xui32> loc(#loc16)
    %73 = stablehlo.add %71, %72 : tensor<3xui32> loc(#loc16)
    %74 = stablehlo.add %69, %73 : tensor<3xui32> loc(#loc16)
    %c_18 = stablehlo.constant dense<13> : tensor<ui32> loc(#loc13)
    %75 = stablehlo.broadcast_in_dim %c_18, dims = [] : (tensor<ui32>) -> tensor<3xui32> loc(#loc17)
    %76 = stablehlo.shift_left %73, %75 : tensor<3xui32> loc(#loc17)
    %c_19 = stablehlo.constant dense<19> : tensor<ui32> loc(#loc13)
    %77 = stablehlo.broadcast_in_dim %c_19, dims = [] : (tensor<ui32>) -> tensor<3xui32> loc(#loc18)
    %78 = stablehlo.shift_right_logical %73, %77 : tensor<3xui32> loc(#loc18)
    %79 = stablehlo.or %76, %78 : tensor<3xui32> loc(#loc19)
    %80 = stablehlo.xor %74, %79 : tensor<3xui32> loc(#loc15)
    %81 = stablehlo.add %74, %80 : tensor<3xui32> loc(#loc16)
    %c_20 = stablehlo.constant dense<15> : tensor<ui32> loc(#loc13)
    %82 = stablehlo.broadcast_in_dim %c_20, dims = [] : (tensor<ui32>) -> tensor<3xui32> loc(#loc17)
    %83 = stablehlo.shift_left %80, %82 : tensor<3xui32> loc(#loc17)
    %c_21 = stablehlo.constant dense<17> : tensor<ui32> loc(#loc13)
    %84 = stablehlo.broadcast_in_dim %c_21, dims = [] : (tensor<ui32>) -> tensor<3xui32> loc(#loc18)
    %85 = stablehlo.shift_right_logical %80, %84 : tensor<3xui32> loc(#loc18)
    %86 = stablehlo.or %83, %85 : tensor<3xui32> loc(#loc19)
    %87 = stablehlo.xor %81, %86 : tensor<3xui32> loc(#loc15)
    %88 = stablehlo.add %81, %87 : tensor<3xui32> loc(#loc16)
    %c_22 = stablehlo.constant dense<26> : tensor<ui32> loc(#loc13)
    %89 = stablehlo.broadcast_in_dim %c_22, dims = [] : (tensor<ui32>) -> tensor<3xui32> loc(#loc17)
    %90 = stablehlo.shift_left %87, %89 : tensor<3xui32> loc(#loc17)
    %c_23 = stablehlo.constant dense<6> : tensor<ui32> loc(#loc13)
    %91 = stablehlo.broadcast_in_dim %c_23, dims = [] : (tensor<ui32>) -> tensor<3xui32> loc(#loc18)
    %92 = stablehlo.shift_right_logical %87, %91 : tensor<3xui32> loc(#loc18)
    %93 = stablehlo.or %90, %92 : tensor<3xui32> loc(#loc19)
    %94 = stablehlo.xor %88, %93 : tensor<3xui32> loc(#loc15)
    %95 = stablehlo.add %88, %94 : tensor<3xui32> loc(#loc16)
    %c_24 = stablehlo.constant dense<6> : tensor<ui32> loc(#loc13)
    %96 = stablehlo.broadcast_in_dim %c_24, dims = [] : (tensor<ui32>) -> tensor<3xui32> loc(#loc17)
    %97 = stablehlo.shift_left %94, %96 : tensor<3xui32> loc(#loc17)
    %c_25 = stablehlo.constant dense<26> : tensor<ui32> loc(#loc13)
    %98 = stablehlo.broadcast_in_dim %c_25, dims = [] : (tensor<ui32>) -> tensor<3xui32> loc(#loc18)
    %99 = stablehlo.shift_right_logical %94, %98 : tensor<3xui32> loc(#loc18)
    %100 = stablehlo.or %97, %99 : tensor<3xui32> loc(#loc19)
    %101 = stablehlo.xor %95, %100 : tensor<3xui32> loc(#loc15)
    %102 = stablehlo.broadcast_in_dim %arg0, dims = [] : (tensor<ui32>) -> tensor<3xui32> loc(#loc16)
    %103 = stablehlo.add %95, %102 : tensor<3xui32> loc(#loc16)
    %104 = stablehlo.broadcast_in_dim %arg1, dims = [] : (tensor<ui32>) -> tensor<3xui32> loc(#loc16)
    %105 = stablehlo.add %101, %104 : tensor<3xui32> loc(#loc16)
    %c_26 = stablehlo.constant dense<3> : tensor<ui32> loc(#loc13)
    %106 = stablehlo.broadcast_in_dim %c_26, dims = [] : (tensor<ui32>) -> tensor<3xui32> loc(#loc16)
    %107 = stablehlo.add %105, %106 : tensor<3xui32> loc(#loc16)
    %108 = stablehlo.add %103, %107 : tensor<3xui32> loc(#loc16)
    %c_27 = stablehlo.constant dense<17> : tensor<ui32> loc(#loc13)
    %109 = stablehlo.broadcast_in_dim %c_27, dims = [] : (tensor<ui32>) -> tensor<3xui32> loc(#loc17)
    %110 = stablehlo.shift_left %107, %109 : tensor<3xui32> loc(#loc17)
    %c_28 = stablehlo.constant dense<15> : tensor<ui32> loc(#loc13)
    %111 = stablehlo.broadcast_in_dim %c_28, dims = [] : (tensor<ui32>) -> tensor<3xui32> loc(#loc18)
    %112 = stablehlo.shift_right_logical %107, %111 : tensor<3xui32> loc(#loc18)
    %113 = stablehlo.or %110, %112 : tensor<3xui32> loc(#loc19)
    %114 = stablehlo.xor %108, %113 : tensor<3xui32> loc(#loc15)
    %115 = stablehlo.add %108, %114 : tensor<3xui32> loc(#loc16)
    %c_29 = stablehlo.constant dense<29> : tensor<ui32> loc(#loc13)
    %116 = stablehlo.broadcast_in_dim %c_29, dims = [] : (tensor<ui32>) -> tensor<3xui32> loc(#loc17)
    %117 = stablehlo.shift_left %114, %116 : tensor<3xui32> loc(#loc17)
    %c_30 = stablehlo.constant dense<3> : tensor<ui32> loc(#loc13)
    %118 = stablehlo.broadcast_in_dim %c_30, dims = [] : (tensor<ui32>) -> tensor<3xui32> loc(#loc18)
    %119 = stablehlo.shift_right_logical %114, %118 : tensor<3xui32> loc(#loc18)
    %120 = stablehlo.or %117, %119 : tensor<3xui32> loc(#loc19)
    %121 = stablehlo.xor %115, %120 : tensor<3xui32> loc(#loc15)
    %122 = stablehlo.add %115, %121 : tensor<3xui32> loc(#loc16)
    %c_31 = stablehlo.constant dense<16> : tensor<ui32> loc(#loc13)
    %123 = stablehlo.broadcast_in_dim %c_31, dims = [] : (tensor<ui32>) -> tensor<3xui32> loc(#loc17)
    %124 = stablehlo.shift_left %121, %123 : tensor<3xui32> loc(#loc17)
    %c_32 = stablehlo.constant dense<16> : tensor<ui32> loc(#loc13)
    %125 = stablehlo.broadcast_in_dim %c_32, dims = [] : (tensor<ui32>) -> tensor<3xui32> loc(#loc18)
    %126 = stablehlo.shift_right_logical %121, %125 : tensor<3xui32> loc(#loc18)
    %127 = stablehlo.or %124, %126 : tensor<3xui32> loc(#loc19)
    %128 = stablehlo.xor %122, %127 : tensor<3xui32> loc(#loc15)
    %129 = stablehlo.add %122, %128 : tensor<3xui32> loc(#loc16)
    %c_33 = stablehlo.constant dense<24> : tensor<ui32> loc(#loc13)
    %130 = stablehlo.broadcast_in_dim %c_33, dims = [] : (tensor<ui32>) -> tensor<3xui32> loc(#loc17)
    %131 = stablehlo.shift_left %128, %130 : tensor<3xui32> loc(#loc17)
    %c_34 = stablehlo.constant dense<8> : tensor<ui32> loc(#loc13)
    %132 = stablehlo.broadcast_in_dim %c_34, dims = [] : (tensor<ui32>) -> tensor<3xui32> loc(#loc18)
    %133 = stablehlo.shift_right_logical %128, %132 : tensor<3xui32> loc(#loc18)
    %134 = stablehlo.or %131, %133 : tensor<3xui32> loc(#loc19)
    %135 = stablehlo.xor %129, %134 : tensor<3xui32> loc(#loc15)
    %136 = stablehlo.broadcast_in_dim %arg1, dims = [] : (tensor<ui32>) -> tensor<3xui32> loc(#loc16)
    %137 = stablehlo.add %129, %136 : tensor<3xui32> loc(#loc16)
    %138 = stablehlo.broadcast_in_dim %1, dims = [] : (tensor<ui32>) -> tensor<3xui32> loc(#loc16)
    %139 = stablehlo.add %135, %138 : tensor<3xui32> loc(#loc16)
    %c_35 = stablehlo.constant dense<4> : tensor<ui32> loc(#loc13)
    %140 = stablehlo.broadcast_in_dim %c_35, dims = [] : (tensor<ui32>) -> tensor<3xui32> loc(#loc16)
    %141 = stablehlo.add %139, %140 : tensor<3xui32> loc(#loc16)
    %142 = stablehlo.add %137, %141 : tensor<3xui32> loc(#loc16)
    %c_36 = stablehlo.constant dense<13> : tensor<ui32> loc(#loc13)
    %143 = stablehlo.broadcast_in_dim %c_36, dims = [] : (tensor<ui32>) -> tensor<3xui32> loc(#loc17)
    %144 = stablehlo.shift_left %141, %143 : tensor<3xui32> loc(#loc17)
    %c_37 = stablehlo.constant dense<19> : tensor<ui32> loc(#loc13)
    %145 = stablehlo.broadcast_in_dim %c_37, dims = [] : (tensor<ui32>) -> tensor<3xui32> loc(#loc18)
    %146 = stablehlo.shift_right_logical %141, %145 : tensor<3xui32> loc(#loc18)
    %147 = stablehlo.or %144, %146 : tensor<3xui32> loc(#loc19)
    %148 = stablehlo.xor %142, %147 : tensor<3xui32> loc(#loc15)
    %149 = stablehlo.add %142, %148 : tensor<3xui32> loc(#loc16)
    %c_38 = stablehlo.constant dense<15> : tensor<ui32> loc(#loc13)
    %150 = stablehlo.broadcast_in_dim %c_38, dims = [] : (tensor<ui32>) -> tensor<3xui32> loc(#loc17)
    %151 = stablehlo.shift_left %148, %150 : tensor<3xui32> loc(#loc17)
    %c_39 = stablehlo.constant dense<17> : tensor<ui32> loc(#loc13)
    %152 = stablehlo.broadcast_in_dim %c_39, dims = [] : (tensor<ui32>) -> tensor<3xui32> loc(#loc18)
    %153 = stablehlo.shift_right_logical %148, %152 : tensor<3xui32> loc(#loc18)
    %154 = stablehlo.or %151, %153 : tensor<3xui32> loc(#loc19)
    %155 = stablehlo.xor %149, %154 : tensor<3xui32> loc(#loc15)
    %156 = stablehlo.add %149, %155 : tensor<3xui32> loc(#loc16)
    %c_40 = stablehlo.constant dense<26> : tensor<ui32> loc(#loc13)
    %157 = stablehlo.broadcast_in_dim %c_40, dims = [] : (tensor<ui32>) -> tensor<3xui32> loc(#loc17)
    %158 = stablehlo.shift_left %155, %157 : tensor<3xui32> loc(#loc17)
    %c_41 = stablehlo.constant dense<6> : tensor<ui32> loc(#loc13)
    %159 = stablehlo.broadcast_in_dim %c_41, dims = [] : (tensor<ui32>) -> tensor<3xui32> loc(#loc18)
    %160 = stablehlo.shift_right_logical %155, %159 : tensor<3xui32> loc(#loc18)
    %161 = stablehlo.or %158, %160 : tensor<3xui32> loc(#loc19)
    %162 = stablehlo.xor %156, %161 : tensor<3xui32> loc(#loc15)
    %163 = stablehlo.add %156, %162 : tensor<3xui32> loc(#loc16)
    %c_42 = stablehlo.constant dense<6> : tensor<ui32> loc(#loc13)
    %164 = stablehlo.broadcast_in_dim %c_42, dims = [] : (tensor<ui32>) -> tensor<3xui32> loc(#loc17)
    %165 = stablehlo.shift_left %162, %164 : tensor<3xui32> loc(#loc17)
    %c_43 = stablehlo.constant dense<26> : tensor<ui32> loc(#loc13)
    %166 = stablehlo.broadcast_in_dim %c_43, dims = [] : (tensor<ui32>) -> tensor<3xui32> loc(#loc18)
    %167 = stablehlo.shift_right_logical %162, %166 : tensor<3xui32> loc(#loc18)
    %168 = stablehlo.or %165, %167 : tensor<3xui32> loc(#loc19)
    %169 = stablehlo.xor %163, %168 : tensor<3xui32> loc(#loc15)
    %170 = stablehlo.broadcast_in_dim %1, dims = [] : (tensor<ui32>) -> tensor<3xui32> loc(#loc16)
    %171 = stablehlo.add %163, %170 : tensor<3xui32> loc(#loc16)
    %172 = stablehlo.broadcast_in_dim %arg0, dims = [] : (tensor<ui32>) -> tensor<3xui32> loc(#loc16)
    %173 = stablehlo.add %169, %172 : tensor<3xui32> loc(#loc16)
    %c_44 = stablehlo.constant dense<5> : tensor<ui32> loc(#loc13)
    %174 = stablehlo.broadcast_in_dim %c_44, dims = [] : (tensor<ui32>) -> tensor<3xui32> loc(#loc16)
    %175 = stablehlo.add %173, %174 : tensor<3xui32> loc(#loc16)
    return %171, %175 : tensor<3xui32>, tensor<3xui32> loc(#loc8)
  } loc(#loc8)
} loc(#loc)
#loc = loc(unknown)
#loc3 = loc("make_jax_texts.py":155:21 to :102)
#loc4 = loc("make_jax_texts.py":162:4 to :21)
#loc5 = loc("make_jax_texts.py":102:61 to :85)
#loc6 = loc("make_jax_texts.py":102:39 to :110)
#loc7 = loc("threefry2x32")
#loc9 = loc("main"(#loc3))
#loc10 = loc("<module>"(#loc4))
#loc11 = loc("random_bits"(#loc5))
#loc12 = loc("random_bits"(#loc6))
#loc13 = loc("threefry2x32:"(#loc7))
#loc14 = loc(callsite(#loc9 at #loc10))
#loc15 = loc("xor"(#loc8))
#loc16 = loc("add"(#loc8))
#loc17 = loc("shift_left"(#loc8))
#loc18 = loc("shift_right_logical"(#loc8))
#loc19 = loc("or"(#loc8))
#loc20 = loc(callsite(#loc8 at #loc14))
#loc21 = loc("jit(random_bits)"(#loc14))
#loc22 = loc(callsite(#loc11 at #loc14))
#loc23 = loc(callsite(#loc12 at #loc14))
#loc24 = loc(callsite(#loc8 at #loc20))
#loc25 = loc("jit(random_bits)/broadcast_in_dim"(#loc22))
#loc26 = loc("jit(random_bits)/rng_bit_generator"(#loc23))
#loc27 = loc("jit(random_bits)/slice"(#loc24))
#loc28 = loc("jit(random_bits)/squeeze"(#loc24))
#loc29 = loc("jit(random_bits)/iota_2x32_shape"(#loc24))
#loc30 = loc("jit(random_bits)"(#loc24))
#loc31 = loc("jit(random_bits)/xor"(#loc24))
// ----- random_bits generic
"builtin.module"() <{sym_name = "jit_random_bits"}> ({
  "func.func"() <{arg_attrs = [{}], function_type = (tensor<2xui32>) -> (tensor<3xui32>, tensor<4xui32>, tensor<5xui32>), res_attrs = [{jax.result_info = "result[0]"}, {jax.result_info = "result[1][0]"}, {jax.result_info = "result[1][1]"}], sym_name = "main", sym_visibility = "public"}> ({
  ^bb0(%arg4: tensor<2xui32>):
    %222 = "stablehlo.slice"(%arg4) <{limit_indices = array<i64: 1>, start_indices = array<i64: 0>, strides = array<i64: 1>}> : (tensor<2xui32>) -> tensor<1xui32>
    %223 = "stablehlo.reshape"(%222) : (tensor<1xui32>) -> tensor<ui32>
    %224 = "stablehlo.slice"(%arg4) <{limit_indices = array<i64: 2>, start_indices = array<i64: 1>, strides = array<i64: 1>}> : (tensor<2xui32>) -> tensor<1xui32>
    %225 = "stablehlo.reshape"(%224) : (tensor<1xui32>) -> tensor<ui32>
    %226 = "stablehlo.iota"() <{iota_dimension = 0 : i64}> : () -> tensor<3xui64>
    %227 = "stablehlo.constant"() <{value = dense<1> : tensor<ui64>}> : () -> tensor<ui64>
    %228 = "stablehlo.broadcast_in_dim"(%227) <{broadcast_dimensions = array<i64>}> : (tensor<ui64>) -> tensor<3xui64>
    %229 = "stablehlo.multiply"(%228, %226) : (tensor<3xui64>, tensor<3xui64>) -> tensor<3xui64>
    %230 = "stablehlo.constant"() <{value = dense<32> : tensor<ui64>}> : () -> tensor<ui64>
    %231 = "stablehlo.broadcast_in_dim"(%230) <{broadcast_dimensions = array<i64>}> : (tensor<ui64>) -> tensor<3xui64>
    %232 = "stablehlo.shift_right_logical"(%229, %231) : (tensor<3xui64>, tensor<3xui64>) -> tensor<3xui64>
    %233 = "stablehlo.convert"(%229) : (tensor<3xui64>) -> tensor<3xui32>
    %234 = "stablehlo.convert"(%232) : (tensor<3xui64>) -> tensor<3xui32>
    %235:2 = "func.call"(%223, %225, %234, %233) <{callee = @threefry2x32}> : (tensor<ui32>, tensor<ui32>, tensor<3xui32>, tensor<3xui32>) -> (tensor<3xui32>, tensor<3xui32>)
    %236 = "stablehlo.xor"(%235#0, %235#1) : (tensor<3xui32>, tensor<3xui32>) -> tensor<3xui32>
    %237 = "stablehlo.constant"() <{value = dense<0> : tensor<ui32>}> : () -> tensor<ui32>
    %238 = "stablehlo.broadcast_in_dim"(%237) <{broadcast_dimensions = array<i64>}> : (tensor<ui32>) -> tensor<4xui32>
    %239 = "stablehlo.reshape"(%238) : (tensor<4xui32>) -> tensor<2x2xui32>
    %240 = "stablehlo.bitcast_convert"(%239) : (tensor<2x2xui32>) -> tensor<2xui64>
    %241:2 = "stablehlo.rng_bit_generator"(%240) <{rng_algorithm = #stablehlo<rng_algorithm DEFAULT>}> : (tensor<2xui64>) -> (tensor<2xui64>, tensor<5xui32>)
    %242 = "stablehlo.bitcast_convert"(%241#0) : (tensor<2xui64>) -> tensor<2x2xui32>
    %243 = "stablehlo.reshape"(%242) : (tensor<2x2xui32>) -> tensor<4xui32>
    "func.return"(%236, %243, %241#1) : (tensor<3xui32>, tensor<4xui32>, tensor<5xui32>) -> ()
  }) : () -> ()
  "func.func"() <{function_type = (tensor<ui32>, tensor<ui32>, tensor<3xui32>, tensor<3xui32>) -> (tensor<3xui32>, tensor<3xui32>), sym_name = "threefry2x32", sym_visibility = "private"}> ({
  ^bb0(%arg0: tensor<ui32>, %arg1: tensor<ui32>, %arg2: tensor<3xui32>, %arg3: tensor<3xui32>):
    %0 = "stablehlo.xor"(%arg0, %arg1) : (tensor<ui32>, tensor<ui32>) -> tensor<ui32>
    %1 = "stablehlo.constant"() <{value = dense<466688986> : tensor<ui32>}> : () -> tensor<ui32>
    %2 = "stablehlo.xor"(%0, %1) : (tensor<ui32>, tensor<ui32>) -> tensor<ui32>
    %3 = "stablehlo.broadcast_in_dim"(%arg0) <{broadcast_dimensions = array<i64>}> : (tensor<ui32>) -> tensor<3xui32>
    %4 = "stablehlo.add"(%arg2, %3) : (tensor<3xui32>, tensor<3xui32>) -> tensor<3xui32>
    %5 = "stablehlo.broadcast_in_dim"(%arg1) <{broadcast_dimensions = array<i64>}> : (tensor<ui32>) -> tensor<3xui32>
    %6 = "stablehlo.add"(%arg3, %5) : (tensor<3xui32>, tensor<3xui32>) -> tensor<3xui32>
    %7 = "stablehlo.add"(%4, %6) : (tensor<3xui32>, tensor<3xui32>) -> tensor<3xui32>
    %8 = "stablehlo.constant"() <{value = dense<13> : tensor<ui32>}> : () -> tensor<ui32>
    %9 = "stablehlo.broadcast_in_dim"(%8) <{broadcast_dimensions = array<i64>}> : (tensor<ui32>) -> tensor<3xui32>
    %10 = "stablehlo.shift_left"(%6, %9) : (tensor<3xui32>, tensor<3xui32>) -> tensor<3xui32>
    %11 = "stablehlo.constant"() <{value = dense<19> : tensor<ui32>}> : () -> tensor<ui32>
    %12 = "stablehlo.broadcast_in_dim"(%11) <{broadcast_dimensions = array<i64>}> : (tensor<ui32>) -> tensor<3xui32>
    %13 = "stablehlo.shift_right_logical"(%6, %12) : (tensor<3xui32>, tensor<3xui32>) -> tensor<3xui32>
    %14 = "stablehlo.or"(%10, %13) : (tensor<3xui32>, tensor<3xui32>) -> tensor<3xui32>
    %15 = "stablehlo.xor"(%7, %14) : (tensor<3xui32>, tensor<3xui32>) -> tensor<3xui32>
    %16 = "stablehlo.add"(%7, %15) : (tensor<3xui32>, tensor<3xui32>) -> tensor<3xui32>
    %17 = "stablehlo.constant"() <{value = dense<15> : tensor<ui32>}> : () -> tensor<ui32>
    %18 = "stablehlo.broadcast_in_dim"(%17) <{broadcast_dimensions = array<i64>}> : (tensor<ui32>) -> tensor<3xui32>
    %19 = "stablehlo.shift_left"(%15, %18) : (tensor<3xui32>, tensor<3xui32>) -> tensor<3xui32>
    %20 = "stablehlo.constant"() <{value = dense<17> : tensor<ui32>}> : () -> tensor<ui32>
    %21 = "stablehlo.broadcast_in_dim"(%20) <{broadcast_dimensions = array<i64>}> : (tensor<ui32>) -> tensor<3xui32>
    %22 = "stablehlo.shift_right_logical"(%15, %21) : (tensor<3xui32>, tensor<3xui32>) -> tensor<3xui32>
    %23 = "stablehlo.or"(%19, %22) : (tensor<3xui32>, tensor<3xui32>) -> tensor<3xui32>
    %24 = "stablehlo.xor"(%16, %23) : (tensor<3xui32>, tensor<3xui32>) -> tensor<3xui32>
    %25 = "stablehlo.add"(%16, %24) : (tensor<3xui32>, tensor<3xui32>) -> tensor<3xui32>
    %26 = "stablehlo.constant"() <{value = dense<26> : tensor<ui32>}> : () -> tensor<ui32>
    %27 = "stablehlo.broadcast_in_dim"(%26) <{broadcast_dimensions = array<i64>}> : (tensor<ui32>) -> tensor<3xui32>
    %28 = "stablehlo.shift_left"(%24, %27) : (tensor<3xui32>, tensor<3xui32>) -> tensor<3xui32>
    %29 = "stablehlo.constant"() <{value = dense<6> : tensor<ui32>}> : () -> tensor<ui32>
    %30 = "stablehlo.broadcast_in_dim"(%29) <{broadcast_dimensions = array<i64>}> : (tensor<ui32>) -> tensor<3xui32>
    %31 = "stablehlo.shift_right_logical"(%24, %30) : (tensor<3xui32>, tensor<3xui32>) -> tensor<3xui32>
    %32 = "stablehlo.or"(%28, %31) : (tensor<3xui32>, tensor<3xui32>) -> tensor<3xui32>
    %33 = "stablehlo.xor"(%25, %32) : (tensor<3xui32>, tensor<3xui32>) -> tensor<3xui32>
    %34 = "stablehlo.add"(%25, %33) : (tensor<3xui32>, tensor<3xui32>) -> tensor<3xui32>
    %35 = "stablehlo.constant"() <{value = dense<6> : tensor<ui32>}> : () -> tensor<ui32>
    %36 = "stablehlo.broadcast_in_dim"(%35) <{broadcast_dimensions = array<i64>}> : (tensor<ui32>) -> tensor<3xui32>
    %37 = "stablehlo.shift_left"(%33, %36) : (tensor<3xui32>, tensor<3xui32>) -> tensor<3xui32>
    %38 = "stablehlo.constant"() <{value = dense<26> : tensor<ui32>}> : () -> tensor<ui32>
    %39 = "stablehlo.broadcast_in_dim"(%38) <{broadcast_dimensions = array<i64>}> : (tensor<ui32>) -> tensor<3xui32>
    %40 = "stablehlo.shift_right_logical"(%33, %39) : (tensor<3xui32>, tensor<3xui32>) -> tensor<3xui32>
    %41 = "stablehlo.or"(%37, %40) : (tensor<3xui32>, tensor<3xui32>) -> tensor<3xui32>
    %42 = "stablehlo.xor"(%34, %41) : (tensor<3xui32>, tensor<3xui32>) -> tensor<3xui32>
    %43 = "stablehlo.broadcast_in_dim"(%arg1) <{broadcast_dimensions = array<i64>}> : (tensor<ui32>) -> tensor<3xui32>
    %44 = "stablehlo.add"(%34, %43) : (tensor<3xui32>, tensor<3xui32>) -> tensor<3xui32>
    %45 = "stablehlo.broadcast_in_dim"(%2) <{broadcast_dimensions = array<i64>}> : (tensor<ui32>) -> tensor<3xui32>
    %46 = "stablehlo.add"(%42, %45) : (tensor<3xui32>, tensor<3xui32>) -> tensor<3xui32>
    %47 = "stablehlo.constant"() <{value = dense<1> : tensor<ui32>}> : () -> tensor<ui32>
    %48 = "stablehlo.broadcast_in_dim"(%47) <{broadcast_dimensions = array<i64>}> : (tensor<ui32>) -> tensor<3xui32>
    %49 = "stablehlo.add"(%46, %48) : (tensor<3xui32>, tensor<3xui32>) -> tensor<3xui32>
    %50 = "stablehlo.add"(%44, %49) : (tensor<3xui32>, tensor<3xui32>) -> tensor<3xui32>
    %51 = "stablehlo.constant"() <{value = dense<17> : tensor<ui32>}> : () -> tensor<ui32>
    %52 = "stablehlo.broadcast_in_dim"(%51) <{broadcast_dimensions = array<i64>}> : (tensor<ui32>) -> tensor<3xui32>
    %53 = "stablehlo.shift_left"(%49, %52) : (tensor<3xui32>, tensor<3xui32>) -> tensor<3xui32>
    %54 = "stablehlo.constant"() <{value = dense<15> : tensor<ui32>}> : () -> tensor<ui32>
    %55 = "stablehlo.broadcast_in_dim"(%54) <{broadcast_dimensions = array<i64>}> : (tensor<ui32>) -> tensor<3xui32>
    %56 = "stablehlo.shift_right_logical"(%49, %55) : (tensor<3xui32>, tensor<3xui32>) -> tensor<3xui32>
    %57 = "stablehlo.or"(%53, %56) : (tensor<3xui32>, tensor<3xui32>) -> tensor<3xui32>
    %58 = "stablehlo.xor"(%50, %57) : (tensor<3xui32>, tensor<3xui32>) -> tensor<3xui32>
    %59 = "stablehlo.add"(%50, %58) : (tensor<3xui32>, tensor<3xui32>) -> tensor<3xui32>
    %60 = "stablehlo.constant"() <{value = dense<29> : tensor<ui32>}> : () -> tensor<ui32>
    %61 = "stablehlo.broadcast_in_dim"(%60) <{broadcast_dimensions = array<i64>}> : (tensor<ui32>) -> tensor<3xui32>
    %62 = "stablehlo.shift_left"(%58, %61) : (tensor<3xui32>, tensor<3xui32>) -> tensor<3xui32>
    %63 = "stablehlo.constant"() <{value = dense<3> : tensor<ui32>}> : () -> tensor<ui32>
    %64 = "stablehlo.broadcast_in_dim"(%63) <{broadcast_dimensions = array<i64>}> : (tensor<ui32>) -> tensor<3xui32>
    %65 = "stablehlo.shift_right_logical"(%58, %64) : (tensor<3xui32>, tensor<3xui32>) -> tensor<3xui32>
    %66 = "stablehlo.or"(%62, %65) : (tensor<3xui32>, tensor<3xui32>) -> tensor<3xui32>
    %67 = "stablehlo.xor"(%59, %66) : (tensor<3xui32>, tensor<3xui32>) -> tensor<3xui32>
    %68 = "stablehlo.add"(%59, %67) : (tensor<3xui32>, tensor<3xui32>) -> tensor<3xui32>
    %69 = "stablehlo.constant"() <{value = dense<16> : tensor<ui32>}> : () -> tensor<ui32>
    %70 = "stablehlo.broadcast_in_dim"(%69) <{broadcast_dimensions = array<i64>}> : (tensor<ui32>) -> tensor<3xui32>
    %71 = "stablehlo.shift_left"(%67, %70) : (tensor<3xui32>, tensor<3xui32>) -> tensor<3xui32>
    %72 = "stablehlo.constant"() <{value = dense<16> : tensor<ui32>}> : () -> tensor<ui32>
    %73 = "stablehlo.broadcast_in_dim"(%72) <{broadcast_dimensions = array<i64>}> : (tensor<ui32>) -> tensor<3xui32>
    %74 = "stablehlo.shift_right_logical"(%67, %73) : (tensor<3xui32>, tensor<3xui32>) -> tensor<3xui32>
    %75 = "stablehlo.or"(%71, %74) : (tensor<3xui32>, tensor<3xui32>) -> tensor<3xui32>
    %76 = "stablehlo.xor"(%68, %75) : (tensor<3xui32>, tensor<3xui32>) -> tensor<3xui32>
    %77 = "stablehlo.add"(%68, %76) : (tensor<3xui32>, tensor<3xui32>) -> tensor<3xui32>
    %78 = "stablehlo.constant"() <{value = dense<24> : tensor<ui32>}> : () -> tensor<ui32>
    %79 = "stablehlo.broadcast_in_dim"(%78) <{broadcast_dimensions = array<i64>}> : (tensor<ui32>) -> tensor<3xui32>
    %80 = "stablehlo.shift_left"(%76, %79) : (tensor<3xui32>, tensor<3xui32>) -> tensor<3xui32>
    %81 = "stablehlo.constant"() <{value = dense<8> : tensor<ui32>}> : () -> tensor<ui32>
    %82 = "stablehlo.broadcast_in_dim"(%81) <{broadcast_dimensions = array<i64>}> : (tensor<ui32>) -> tensor<3xui32>
    %83 = "stablehlo.shift_right_logical"(%76, %82) : (tensor<3xui32>, tensor<3xui32>) -> tensor<3xui32>
    %84 = "stablehlo.or"(%80, %83) : (tensor<3xui32>, tensor<3xui32>) -> tensor<3xui32>
    %85 = "stablehlo.xor"(%77, %84) : (tensor<3xui32>, tensor<3xui32>) -> tensor<3xui32>
    %86 = "stablehlo.broadcast_in_dim"(%2) <{broadcast_dimensions = array<i64>}> : (tensor<ui32>) -> tensor<3xui32>
    %87 = "stablehlo.add"(%77, %86) : (tensor<3xui32>, tensor<3xui32>) -> tensor<3xui32>
    %88 = "stablehlo.broadcast_in_dim"(%arg0) <{broadcast_dimensions = array<i64>}> : (tensor<ui32>) -> tensor<3xui32>
    %89 = "stablehlo.add"(%85, %88) : (tensor<3xui32>, tensor<3xui32>) -> tensor<3xui32>
    %90 = "stablehlo.constant"() <{value = dense<2> : tensor<ui32>}> : () -> tensor<ui32>
    %91 = "stablehlo.broadcast_in_dim"(%90) <{broadcast_dimensions = array<i64>}> : (tensor<ui32>) -> tensor<3xui32>
    %92 = "stablehlo.add"(%89, %91) : (tensor<3xui32>, tensor<3xui32>) -> tensor<3xui32>
    %93 = "stablehlo.add"(%87, %92) : (tensor<3xui32>, tensor<3xui32>) -> tensor<3xui32>
    %94 = "stablehlo.constant"() <{value = dense<13> : tensor<ui32>}> : () -> tensor<ui32>
    %95 = "stablehlo.broadcast_in_dim"(%94) <{broadcast_dimensions = array<i64>}> : (tensor<ui32>) -> tensor<3xui32>
    %96 = "stablehlo.shift_left"(%92, %95) : (tensor<3xui32>, tensor<3xui32>) -> tensor<3xui32>
    %97 = "stablehlo.constant"() <{value = dense<19> : tensor<ui32>}> : () -> tensor<ui32>
    %98 = "stablehlo.broadcast_in_dim"(%97) <{broadcast_dimensions = array<i64>}> : (tensor<ui32>) -> tensor<3xui32>
    %99 = "stablehlo.shift_right_logical"(%92, %98) : (tensor<3xui32>, tensor<3xui32>) -> tensor<3xui32>
    %100 = "stablehlo.or"(%96, %99) : (tensor<3xui32>, tensor<3xui32>) -> tensor<3xui32>
    %101 = "stablehlo.xor"(%93, %100) : (tensor<3xui32>, tensor<3xui32>) -> tensor<3xui32>
    %102 = "stablehlo.add"(%93, %101) : (tensor<3xui32>, tensor<3xui32>) -> tensor<3xui32>
    %103 = "stablehlo.constant"() <{value = dense<15> : tensor<ui32>}> : () -> tensor<ui32>
    %104 = "stablehlo.broadcast_in_dim"(%103) <{broadcast_dimensions = array<i64>}> : (tensor<ui32>) -> tensor<3xui32>
    %105 = "stablehlo.shift_left"(%101, %104) : (tensor<3xui32>, tensor<3xui32>) -> tensor<3xui32>
    %106 = "stablehlo.constant"() <{value = dense<17> : tensor<ui32>}> : () -> tensor<ui32>
    %107 = "stablehlo.broadcast_in_dim"(%106) <{broadcast_dimensions = array<i64>}> : (tensor<ui32>) -> tensor<3xui32>
    %108 = "stablehlo.shift_right_logical"(%101, %107) : (tensor<3xui32>, tensor<3xui32>) -> tensor<3xui32>
    %109 = "stablehlo.or"(%105, %108) : (tensor<3xui32>, tensor<3xui32>) -> tensor<3xui32>
    %110 = "stablehlo.xor"(%102, %109) : (tensor<3xui32>, tensor<3xui32>) -> tensor<3xui32>
    %111 = "stablehlo.add"(%102, %110) : (tensor<3xui32>, tensor<3xui32>) -> tensor<3xui32>
    %112 = "stablehlo.constant"() <{value = dense<26> : tensor<ui32>}> : () -> tensor<ui32>
    %113 = "stablehlo.broadcast_in_dim"(%112) <{broadcast_dimensions = array<i64>}> : (tensor<ui32>) -> tensor<3xui32>
    %114 = "stablehlo.shift_left"(%110, %113) : (tensor<3xui32>, tensor<3xui32>) -> tensor<3xui32>
    %115 = "stablehlo.constant"() <{value = dense<6> : tensor<ui32>}> : () -> tensor<ui32>
    %116 = "stablehlo.broadcast_in_dim"(%115) <{broadcast_dimensions = array<i64>}> : (tensor<ui32>) -> tensor<3xui32>
    %117 = "stablehlo.shift_right_logical"(%110, %116) : (tensor<3xui32>, tensor<3xui32>) -> tensor<3xui32>
    %118 = "stablehlo.or"(%114, %117) : (tensor<3xui32>, tensor<3xui32>) -> tensor<3xui32>
    %119 = "stablehlo.xor"(%111, %118) : (tensor<3xui32>, tensor<3xui32>) -> tensor<3xui32>
    %120 = "stablehlo.add"(%111, %119) : (tensor<3xui32>, tensor<3xui32>) -> tensor<3xui32>
    %121 = "stablehlo.constant"() <{value = dense<6> : tensor<ui32>}> : () -> tensor<ui32>
    %122 = "stablehlo.broadcast_in_dim"(%121) <{broadcast_dimensions = array<i64>}> : (tensor<ui32>) -> tensor<3xui32>
    %123 = "stablehlo.shift_left"(%119, %122) : (tensor<3xui32>, tensor<3xui32>) -> tensor<3xui32>
    %124 = "stablehlo.constant"() <{value = dense<26> : tensor<ui32>}> : () -> tensor<ui32>
    %125 = "stablehlo.broadcast_in_dim"(%124) <{broadcast_dimensions = array<i64>}> : (tensor<ui32>) -> tensor<3xui32>
    %126 = "stablehlo.shift_right_logical"(%119, %125) : (tensor<3xui32>, tensor<3xui32>) -> tensor<3xui32>
    %127 = "stablehlo.or"(%123, %126) : (tensor<3xui32>, tensor<3xui32>) -> tensor<3xui32>
    %128 = "stablehlo.xor"(%120, %127) : (tensor<3xui32>, tensor<3xui32>) -> tensor<3xui32>
    %129 = "stablehlo.broadcast_in_dim"(%arg0) <{broadcast_dimensions = array<i64>}> : (tensor<ui32>) -> tensor<3xui32>
    %130 = "stablehlo.add"(%120, %129) : (tensor<3xui32>, tensor<3xui32>) -> tensor<3xui32>
    %131 = "stablehlo.broadcast_in_dim"(%arg1) <{broadcast_dimensions = array<i64>}> : (tensor<ui32>) -> tensor<3xui32>
    %132 = "stablehlo.add"(%128, %131) : (tensor<3xui32>, tensor<3xui32>) -> tensor<3xui32>
    %133 = "stablehlo.constant"() <{value = dense<3> : tensor<ui32>}> : () -> tensor<ui32>
    %134 = "stablehlo.broadcast_in_dim"(%133) <{broadcast_dimensions = array<i64>}> : (tensor<ui32>) -> tensor<3xui32>
    %135 = "stablehlo.add"(%132, %134) : (tensor<3xui32>, tensor<3xui32>) -> tensor<3xui32>
    %136 = "stablehlo.add"(%130, %135) : (tensor<3xui32>, tensor<3xui32>) -> tensor<3xui32>
    %137 = "stablehlo.constant"() <{value = dense<17> : tensor<ui32>}> : () -> tensor<ui32>
    %138 = "stablehlo.broadcast_in_dim"(%137) <{broadcast_dimensions = array<i64>}> : (tensor<ui32>) -> tensor<3xui32>
    %139 = "stablehlo.shift_left"(%135, %138) : (tensor<3xui32>, tensor<3xui32>) -> tensor<3xui32>
    %140 = "stablehlo.constant"() <{value = dense<15> : tensor<ui32>}> : () -> tensor<ui32>
    %141 = "stablehlo.broadcast_in_dim"(%140) <{broadcast_dimensions = array<i64>}> : (tensor<ui32>) -> tensor<3xui32>
    %142 = "stablehlo.shift_right_logical"(%135, %141) : (tensor<3xui32>, tensor<3xui32>) -> tensor<3xui32>
    %143 = "stablehlo.or"(%139, %142) : (tensor<3xui32>, tensor<3xui32>) -> tensor<3xui32>
    %144 = "stablehlo.xor"(%136, %143) : (tensor<3xui32>, tensor<3xui32>) -> tensor<3xui32>
    %145 = "stablehlo.add"(%136, %144) : (tensor<3xui32>, tensor<3xui32>) -> tensor<3xui32>
    %146 = "stablehlo.constant"() <{value = dense<29> : tensor<ui32>}> : () -> tensor<ui32>
    %147 = "stablehlo.broadcast_in_dim"(%146) <{broadcast_dimensions = array<i64>}> : (tensor<ui32>) -> tensor<3xui32>
    %148 = "stablehlo.shift_left"(%144, %147) : (tensor<3xui32>, tensor<3xui32>) -> tensor<3xui32>
    %149 = "stablehlo.constant"() <{value = dense<3> : tensor<ui32>}> : () -> tensor<ui32>
    %150 = "stablehlo.broadcast_in_dim"(%149) <{broadcast_dimensions = array<i64>}> : (tensor<ui32>) -> tensor<3xui32>
    %151 = "stablehlo.shift_right_logical"(%144, %150) : (tensor<3xui32>, tensor<3xui32>) -> tensor<3xui32>
    %152 = "stablehlo.or"(%148, %151) : (tensor<3xui32>, tensor<3xui32>) -> tensor<3xui32>
    %153 = "stablehlo.xor"(%145, %152) : (tensor<3xui32>, tensor<3xui32>) -> tensor<3xui32>
    %154 = "stablehlo.add"(%145, %153) : (tensor<3xui32>, tensor<3xui32>) -> tensor<3xui32>
    %155 = "stablehlo.constant"() <{value = dense<16> : tensor<ui32>}> : () -> tensor<ui32>
    %156 = "stablehlo.broadcast_in_dim"(%155) <{broadcast_dimensions = array<i64>}> : (tensor<ui32>) -> tensor<3xui32>
    %157 = "stablehlo.shift_left"(%153, %156) : (tensor<3xui32>, tensor<3xui32>) -> tensor<3xui32>
    %158 = "stablehlo.constant"() <{value = dense<16> : tensor<ui32>}> : () -> tensor<ui32>
    %159 = "stablehlo.broadcast_in_dim"(%158) <{broadcast_dimensions = array<i64>}> : (tensor<ui32>) -> tensor<3xui32>
    %160 = "stablehlo.shift_right_logical"(%153, %159) : (tensor<3xui32>, tensor<3xui32>) -> tensor<3xui32>
    %161 = "stablehlo.or"(%157, %160) : (tensor<3xui32>, tensor<3xui32>) -> tensor<3xui32>
    %162 = "stablehlo.xor"(%154, %161) : (tensor<3xui32>, tensor<3xui32>) -> tensor<3xui32>
    %163 = "stablehlo.add"(%154, %162) : (tensor<3xui32>, tensor<3xui32>) -> tensor<3xui32>
    %164 = "stablehlo.constant"() <{value = dense<24> : tensor<ui32>}> : () -> tensor<ui32>
    %165 = "stablehlo.broadcast_in_dim"(%164) <{broadcast_dimensions = array<i64>}> : (tensor<ui32>) -> tensor<3xui32>
    %166 = "stablehlo.shift_left"(%162, %165) : (tensor<3xui32>, tensor<3xui32>) -> tensor<3xui32>
    %167 = "stablehlo.constant"() <{value = dense<8> : tensor<ui32>}> : () -> tensor<ui32>
    %168 = "stablehlo.broadcast_in_dim"(%167) <{broadcast_dimensions = array<i64>}> : (tensor<ui32>) -> tensor<3xui32>
    %169 = "stablehlo.shift_right_logical"(%162, %168) : (tensor<3xui32>, tensor<3xui32>) -> tensor<3xui32>
    %170 = "stablehlo.or"(%166, %169) : (tensor<3xui32>, tensor<3xui32>) -> tensor<3xui32>
    %171 = "stablehlo.xor"(%163, %170) : (tensor<3xui32>, tensor<3xui32>) -> tensor<3xui32>
    %172 = "stablehlo.broadcast_in_dim"(%arg1) <{broadcast_dimensions = array<i64>}> : (tensor<ui32>) -> tensor<3xui32>
    %173 = "stablehlo.add"(%163, %172) : (tensor<3xui32>, tensor<3xui32>) -> tensor<3xui32>
    %174 = "stablehlo.broadcast_in_dim"(%2) <{broadcast_dimensions = array<i64>}> : (tensor<ui32>) -> tensor<3xui32>
    %175 = "stablehlo.add"(%171, %174) : (tensor<3xui32>, tensor<3xui32>) -> tensor<3xui32>
    %176 = "stablehlo.constant"() <{value = dense<4> : tensor<ui32>}> : () -> tensor<ui32>
    %177 = "stablehlo.broadcast_in_dim"(%176) <{broadcast_dimensions = array<i64>}> : (tensor<ui32>) -> tensor<3xui32>
    %178 = "stablehlo.add"(%175, %177) : (tensor<3xui32>, tensor<3xui32>) -> tensor<3xui32>
    %179 = "stablehlo.add"(%173, %178) : (tensor<3xui32>, tensor<3xui32>) -> tensor<3xui32>
    %180 = "stablehlo.constant"() <{value = dense<13> : tensor<ui32>}> : () -> tensor<ui32>
    %181 = "stablehlo.broadcast_in_dim"(%180) <{broadcast_dimensions = array<i64>}> : (tensor<ui32>) -> tensor<3xui32>
    %182 = "stablehlo.shift_left"(%178, %181) : (tensor<3xui32>, tensor<3xui32>) -> tensor<3xui32>
    %183 = "stablehlo.constant"() <{value = dense<19> : tensor<ui32>}> : () -> tensor<ui32>
    %184 = "stablehlo.broadcast_in_dim"(%183) <{broadcast_dimensions = array<i64>}> : (tensor<ui32>) -> tensor<3xui32>
    %185 = "stablehlo.shift_right_logical"(%178, %184) : (tensor<3xui32>, tensor<3xui32>) -> tensor<3xui32>
    %186 = "stablehlo.or"(%182, %185) : (tensor<3xui32>, tensor<3xui32>) -> tensor<3xui32>
    %187 = "stablehlo.xor"(%179, %186) : (tensor<3xui32>, tensor<3xui32>) -> tensor<3xui32>
    %188 = "stablehlo.add"(%179, %187) : (tensor<3xui32>, tensor<3xui32>) -> tensor<3xui32>
    %189 = "stablehlo.constant"() <{value = dense<15> : tensor<ui32>}> : () -> tensor<ui32>
    %190 = "stablehlo.broadcast_in_dim"(%189) <{broadcast_dimensions = array<i64>}> : (tensor<ui32>) -> tensor<3xui32>
    %191 = "stablehlo.shift_left"(%187, %190) : (tensor<3xui32>, tensor<3xui32>) -> tensor<3xui32>
    %192 = "stablehlo.constant"() <{value = dense<17> : tensor<ui32>}> : () -> tensor<ui32>
    %193 = "stablehlo.broadcast_in_dim"(%192) <{broadcast_dimensions = array<i64>}> : (tensor<ui32>) -> tensor<3xui32>
    %194 = "stablehlo.shift_right_logical"(%187, %193) : (tensor<3xui32>, tensor<3xui32>) -> tensor<3xui32>
    %195 = "stablehlo.or"(%191, %194) : (tensor<3xui32>, tensor<3xui32>) -> tensor<3xui32>
    %196 = "stablehlo.xor"(%188, %195) : (tensor<3xui32>, tensor<3xui32>) -> tensor<3xui32>
    %197 = "stablehlo.add"(%188, %196) : (tensor<3xui32>, tensor<3xui32>) -> tensor<3xui32>
    %198 = "stablehlo.constant"() <{value = dense<26> : tensor<ui32>}> : () -> tensor<ui32>
    %199 = "stablehlo.broadcast_in_dim"(%198) <{broadcast_dimensions = array<i64>}> : (tensor<ui32>) -> tensor<3xui32>
    %200 = "stablehlo.shift_left"(%196, %199) : (tensor<3xui32>, tensor<3xui32>) -> tensor<3xui32>
    %201 = "stablehlo.constant"() <{value = dense<6> : tensor<ui32>}> : () -> tensor<ui32>
    %202 = "stablehlo.broadcast_in_dim"(%201) <{broadcast_dimensions = array<i64>}> : (tensor<ui32>) -> tensor<3xui32>
    %203 = "stablehlo.shift_right_logical"(%196, %202) : (tensor<3xui32>, tensor<3xui32>) -> tensor<3xui32>
    %204 = "stablehlo.or"(%200, %203) : (tensor<3xui32>, tensor<3xui32>) -> tensor<3xui32>
    %205 = "stablehlo.xor"(%197, %204) : (tensor<3xui32>, tensor<3xui32>) -> tensor<3xui32>
    %206 = "stablehlo.add"(%197, %205) : (tensor<3xui32>, tensor<3xui32>) -> tensor<3xui32>
    %207 = "stablehlo.constant"() <{value = dense<6> : tensor<ui32>}> : () -> tensor<ui32>
    %208 = "stablehlo.broadcast_in_dim"(%207) <{broadcast_dimensions = array<i64>}> : (tensor<ui32>) -> tensor<3xui32>
    %209 = "stablehlo.shift_left"(%205, %208) : (tensor<3xui32>, tensor<3xui32>) -> tensor<3xui32>
    %210 = "stablehlo.constant"() <{value = dense<26> : tensor<ui32>}> : () -> tensor<ui32>
    %211 = "stablehlo.broadcast_in_dim"(%210) <{broadcast_dimensions = array<i64>}> : (tensor<ui32>) -> tensor<3xui32>
    %212 = "stablehlo.shift_right_logical"(%205, %211) : (tensor<3xui32>, tensor<3xui32>) -> tensor<3xui32>
    %213 = "stablehlo.or"(%209, %212) : (tensor<3xui32>, tensor<3xui32>) -> tensor<3xui32>
    %214 = "stablehlo.xor"(%206, %213) : (tensor<3xui32>, tensor<3xui32>) -> tensor<3xui32>
    %215 = "stablehlo.broadcast_in_dim"(%2) <{broadcast_dimensions = array<i64>}> : (tensor<ui32>) -> tensor<3xui32>
    %216 = "stablehlo.add"(%206, %215) : (tensor<3xui32>, tensor<3xui32>) -> tensor<3xui32>
    %217 = "stablehlo.broadcast_in_dim"(%arg0) <{broadcast_dimensions = array<i64>}> : (tensor<ui32>) -> tensor<3xui32>
    %218 = "stablehlo.add"(%214, %217) : (tensor<3xui32>, tensor<3xui32>) -> tensor<3xui32>
    %219 = "stablehlo.constant"() <{value = dense<5> : tensor<ui32>}> : () -> tensor<ui32>
    %220 = "stablehlo.broadcast_in_dim"(%219) <{broadcast_dimensions = array<i64>}> : (tensor<ui32>) -> tensor<3xui32>
    %221 = "stablehlo.add"(%218, %220) : (tensor<3xui32>, tensor<3xui32>) -> tensor<3xui32>
    "func.return"(%216, %221) : (tensor<3xui32>, tensor<3xui32>) -> ()
  }) : () -> ()
}) {mhlo.num_partitions = 1 : i32, mhlo.num_replicas = 1 : i32} : () -> ()
// ----- fft_and_solve
#loc = loc(unknown)
#loc1 = loc("x")
#loc2 = loc("a")
module @jit_fft_and_solve attributes {mhlo.num_partitions = 1 : i32, mhlo.num_replicas = 1 : i32} {
  func.func public @main(%arg0: tensor<8xf32> loc("x"), %arg1: tensor<4x4xf32> loc("a")) -> (tensor<8xf32> {jax.result_info = "result[0]"}, tensor<4xf32> {jax.result_info = "result[1]"}) {
    %0 = call @fft(%arg0) : (tensor<8xf32>) -> tensor<5xcomplex<f32>> loc(#loc25)
    %1 = call @fft_0(%0) : (tensor<5xcomplex<f32>>) -> tensor<8xf32> loc(#loc26)
    %cst = stablehlo.constant dense<1.000000e+00> : tensor<f32> loc(#loc22)
    %2 = stablehlo.broadcast_in_dim %cst, dims = [] : (tensor<f32>) -> tensor<4xf32> loc(#loc27)
    %3 = call @_solve_triangular(%arg1, %2) : (tensor<4x4xf32>, tensor<4xf32>) -> tensor<4xf32> loc(#loc28)
    return %1, %3 : tensor<8xf32>, tensor<4xf32> loc(#loc22)
  } loc(#loc)
  func.func private @fft(%arg0: tensor<8xf32> loc(unknown)) -> tensor<5xcomplex<f32>> {
    %0 = stablehlo.fft %arg0, type = RFFT, length = [8] : (tensor<8xf32>) -> tensor<5xcomplex<f32>> loc(#loc9)
    return %0 : tensor<5xcomplex<f32>> loc(#loc)
  } loc(#loc32)
  func.func private @fft_0(%arg0: tensor<5xcomplex<f32>> loc(unknown)) -> tensor<8xf32> {
    %0 = stablehlo.fft %arg0, type = IRFFT, length = [8] : (tensor<5xcomplex<f32>>) -> tensor<8xf32> loc(#loc9)
    return %0 : tensor<8xf32> loc(#loc)
  } loc(#loc33)
  func.func private @_solve_triangular(%arg0: tensor<4x4xf32> loc(unknown), %arg1: tensor<4xf32> loc(unknown)) -> tensor<4xf32> {
    %0 = stablehlo.broadcast_in_dim %arg1, dims = [0] : (tensor<4xf32>) -> tensor<4x1xf32> loc(#loc10)
    %1 = "stablehlo.triangular_solve"(%arg0, %0) <{left_side = true, lower = false, transpose_a = #stablehlo<transpose NO_TRANSPOSE>, unit_diagonal = false}> : (tensor<4x4xf32>, tensor<4x1xf32>) -> tensor<4x1xf32> loc(#loc11)
    %2 = stablehlo.reshape %1 : (tensor<4x1xf32>) -> tensor<4xf32> loc(#loc12)
    return %2 : tensor<4xf32> loc(#loc)
  } loc(#loc34)
} loc(#loc)
#loc3 = loc("make_jax_texts.py":107:25 to :40)
#loc4 = loc("make_jax_texts.py":155:21 to :102)
#loc5 = loc("make_jax_texts.py":162:4 to :21)
#loc6 = loc("make_jax_texts.py":107:11 to :41)
#loc7 = loc("make_jax_texts.py":107:80 to :91)
#loc8 = loc("make_jax_texts.py":107:43 to :92)
#loc9 = loc("fft")
#loc10 = loc("broadcast_in_dim")
#loc11 = loc("triangular_solve")
#loc12 = loc("squeeze")
#loc13 = loc("fft_and_solve"(#loc3))
#loc14 = loc("main"(#loc4))
#loc15 = loc("<module>"(#loc5))
#loc16 = loc("fft_and_solve"(#loc6))
#loc17 = loc("fft_and_solve"(#loc7))
#loc18 = loc("fft_and_solve"(#loc8))
#loc19 = loc(callsite(#loc14 at #loc15))
#loc20 = loc(callsite(#loc13 at #loc19))
#loc21 = loc(callsite(#loc16 at #loc19))
#loc22 = loc("jit(fft_and_solve)"(#loc19))
#loc23 = loc(callsite(#loc17 at #loc19))
#loc24 = loc(callsite(#loc18 at #loc19))
#loc25 = loc("jit(fft_and_solve)/jit(fft)"(#loc20))
#loc26 = loc("jit(fft_and_solve)/jit(fft)"(#loc21))
#loc27 = loc("jit(fft_and_solve)/broadcast_in_dim"(#loc23))
#loc28 = loc("jit(fft_and_solve)/jit(_solve_triangular)"(#loc24))
#loc29 = loc("jit(fft_and_solve)/jit"(#loc20))
#loc30 = loc("jit(fft_and_solve)/jit"(#loc21))
#loc31 = loc("jit(fft_and_solve)/jit"(#loc24))
#loc32 = loc("jit:"(#loc29))
#loc33 = loc("jit:"(#loc30))
#loc34 = loc("jit:"(#loc31))
// ----- fft_and_solve generic
"builtin.module"() <{sym_name = "jit_fft_and_solve"}> ({
  "func.func"() <{arg_attrs = [{}, {}], function_type = (tensor<8xf32>, tensor<4x4xf32>) -> (tensor<8xf32>, tensor<4xf32>), res_attrs = [{jax.result_info = "result[0]"}, {jax.result_info = "result[1]"}], sym_name = "main", sym_visibility = "public"}> ({
  ^bb0(%arg4: tensor<8xf32>, %arg5: tensor<4x4xf32>):
    %5 = "func.call"(%arg4) <{callee = @fft}> : (tensor<8xf32>) -> tensor<5xcomplex<f32>>
    %6 = "func.call"(%5) <{callee = @fft_0}> : (tensor<5xcomplex<f32>>) -> tensor<8xf32>
    %7 = "stablehlo.constant"() <{value = dense<1.000000e+00> : tensor<f32>}> : () -> tensor<f32>
    %8 = "stablehlo.broadcast_in_dim"(%7) <{broadcast_dimensions = array<i64>}> : (tensor<f32>) -> tensor<4xf32>
    %9 = "func.call"(%arg5, %8) <{callee = @_solve_triangular}> : (tensor<4x4xf32>, tensor<4xf32>) -> tensor<4xf32>
    "func.return"(%6, %9) : (tensor<8xf32>, tensor<4xf32>) -> ()
  }) : () -> ()
  "func.func"() <{arg_attrs = [{}], function_type = (tensor<8xf32>) -> tensor<5xcomplex<f32>>, res_attrs = [{}], sym_name = "fft", sym_visibility = "private"}> ({
  ^bb0(%arg3: tensor<8xf32>):
    %4 = "stablehlo.fft"(%arg3) <{fft_length = array<i64: 8>, fft_type = #stablehlo<fft_type RFFT>}> : (tensor<8xf32>) -> tensor<5xcomplex<f32>>
    "func.return"(%4) : (tensor<5xcomplex<f32>>) -> ()
  }) : () -> ()
  "func.func"() <{arg_attrs = [{}], function_type = (tensor<5xcomplex<f32>>) -> tensor<8xf32>, res_attrs = [{}], sym_name = "fft_0", sym_visibility = "private"}> ({
  ^bb0(%arg2: tensor<5xcomplex<f32>>):
    %3 = "stablehlo.fft"(%arg2) <{fft_length = array<i64: 8>, fft_type = #stablehlo<fft_type IRFFT>}> : (tensor<5xcomplex<f32>>) -> tensor<8xf32>
    "func.return"(%3) : (tensor<8xf32>) -> ()
  }) : () -> ()
  "func.func"() <{arg_attrs = [{}, {}], function_type = (tensor<4x4xf32>, tensor<4xf32>) -> tensor<4xf32>, res_attrs = [{}], sym_name = "_solve_triangular", sym_visibility = "private"}> ({
  ^bb0(%arg0: tensor<4x4xf32>, %arg1: tensor<4xf32>):
    %0 = "stablehlo.broadcast_in_dim"(%arg1) <{broadcast_dimensions = array<i64: 0>}> : (tensor<4xf32>) -> tensor<4x1xf32>
    %1 = "stablehlo.triangular_solve"(%arg0, %0) <{left_side = true, lower = false, transpose_a = #stablehlo<transpose NO_TRANSPOSE>, unit_diagonal = false}> : (tensor<4x4xf32>, tensor<4x1xf32>) -> tensor<4x1xf32>
    %2 = "stablehlo.reshape"(%1) : (tensor<4x1xf32>) -> tensor<4xf32>
    "func.return"(%2) : (tensor<4xf32>) -> ()
  }) : () -> ()
}) {mhlo.num_partitions = 1 : i32, mhlo.num_replicas = 1 : i32} : () -> ()
// ----- math
#loc = loc(unknown)
#loc1 = loc("x")
#loc2 = loc("y")
module @jit_math attributes {mhlo.num_partitions = 1 : i32, mhlo.num_replicas = 1 : i32} {
  func.func public @main(%arg0: tensor<6xf32> loc("x"), %arg1: tensor<6xf32> loc("y")) -> (tensor<6xf32> {jax.result_info = "result[0]"}, tensor<6xf32> {jax.result_info = "result[1]"}, tensor<6xf32> {jax.result_info = "result[2]"}, tensor<6xf32> {jax.result_info = "result[3]"}, tensor<6xf32> {jax.result_info = "result[4]"}, tensor<6xf32> {jax.result_info = "result[5]"}, tensor<6xf32> {jax.result_info = "result[6]"}, tensor<6xf32> {jax.result_info = "result[7]"}, tensor<6xf32> {jax.result_info = "result[8]"}, tensor<6xf32> {jax.result_info = "result[9]"}, tensor<6xf32> {jax.result_info = "result[10]"}, tensor<6xf32> {jax.result_info = "result[11]"}) {
    %0 = stablehlo.tan %arg0 : tensor<6xf32> loc(#loc28)
    %1 = stablehlo.exponential_minus_one %arg0 : tensor<6xf32> loc(#loc29)
    %2 = stablehlo.log_plus_one %arg0 : tensor<6xf32> loc(#loc30)
    %3 = stablehlo.cbrt %arg0 : tensor<6xf32> loc(#loc31)
    %4 = stablehlo.rsqrt %arg0 : tensor<6xf32> loc(#loc32)
    %5 = call @round(%arg0) : (tensor<6xf32>) -> tensor<6xf32> loc(#loc33)
    %6 = stablehlo.sign %arg0 : tensor<6xf32> loc(#loc34)
    %7 = chlo.erf %arg0 : tensor<6xf32> -> tensor<6xf32> loc(#loc35)
    %8 = chlo.erf_inv %arg0 : tensor<6xf32> -> tensor<6xf32> loc(#loc36)
    %9 = stablehlo.atan2 %arg0, %arg1 : tensor<6xf32> loc(#loc25)
    %10 = chlo.next_after %arg0, %arg1 : tensor<6xf32>, tensor<6xf32> -> tensor<6xf32> loc(#loc26)
    %11 = stablehlo.exponential %arg0 : tensor<6xf32> loc(#loc27)
    %12 = stablehlo.exponential %arg0 {result_accuracy = #stablehlo.result_accuracy<atol = 1.000000e-03, ulps = 1, mode = #stablehlo.result_accuracy_mode<TOLERANCE>>} : tensor<6xf32> loc(#loc27)
    return %0, %1, %2, %3, %4, %5, %6, %7, %8, %9, %10, %12 : tensor<6xf32>, tensor<6xf32>, tensor<6xf32>, tensor<6xf32>, tensor<6xf32>, tensor<6xf32>, tensor<6xf32>, tensor<6xf32>, tensor<6xf32>, tensor<6xf32>, tensor<6xf32>, tensor<6xf32> loc(#loc23)
  } loc(#loc)
  func.func private @round(%arg0: tensor<6xf32> loc(unknown)) -> tensor<6xf32> {
    %0 = stablehlo.round_nearest_even %arg0 : tensor<6xf32> loc(#loc10)
    return %0 : tensor<6xf32> loc(#loc)
  } loc(#loc38)
} loc(#loc)
#loc3 = loc("make_jax_texts.py":113:12 to :16)
#loc4 = loc("make_jax_texts.py":113:11 to :32)
#loc5 = loc("make_jax_texts.py":155:21 to :102)
#loc6 = loc("make_jax_texts.py":162:4 to :21)
#loc7 = loc("make_jax_texts.py":113:36 to :53)
#loc8 = loc("make_jax_texts.py":113:55 to :74)
#loc9 = loc("make_jax_texts.py":113:76 to :123)
#loc10 = loc("round")
#loc11 = loc("math.<locals>.<listcomp>"(#loc3))
#loc12 = loc("math"(#loc4))
#loc13 = loc("main"(#loc5))
#loc14 = loc("<module>"(#loc6))
#loc15 = loc("math"(#loc7))
#loc16 = loc("math"(#loc8))
#loc17 = loc("math"(#loc9))
#loc18 = loc(callsite(#loc13 at #loc14))
#loc19 = loc(callsite(#loc12 at #loc18))
#loc20 = loc(callsite(#loc15 at #loc18))
#loc21 = loc(callsite(#loc16 at #loc18))
#loc22 = loc(callsite(#loc17 at #loc18))
#loc23 = loc("jit(math)"(#loc18))
#loc24 = loc(callsite(#loc11 at #loc19))
#loc25 = loc("jit(math)/atan2"(#loc20))
#loc26 = loc("jit(math)/nextafter"(#loc21))
#loc27 = loc("jit(math)/exp"(#loc22))
#loc28 = loc("jit(math)/tan"(#loc24))
#loc29 = loc("jit(math)/expm1"(#loc24))
#loc30 = loc("jit(math)/log1p"(#loc24))
#loc31 = loc("jit(math)/cbrt"(#loc24))
#loc32 = loc("jit(math)/rsqrt"(#loc24))
#loc33 = loc("jit(math)/jit(round)"(#loc24))
#loc34 = loc("jit(math)/sign"(#loc24))
#loc35 = loc("jit(math)/erf"(#loc24))
#loc36 = loc("jit(math)/erf_inv"(#loc24))
#loc37 = loc("jit(math)/jit"(#loc24))
#loc38 = loc("jit:"(#loc37))
// ----- math generic
"builtin.module"() <{sym_name = "jit_math"}> ({
  "func.func"() <{arg_attrs = [{}, {}], function_type = (tensor<6xf32>, tensor<6xf32>) -> (tensor<6xf32>, tensor<6xf32>, tensor<6xf32>, tensor<6xf32>, tensor<6xf32>, tensor<6xf32>, tensor<6xf32>, tensor<6xf32>, tensor<6xf32>, tensor<6xf32>, tensor<6xf32>, tensor<6xf32>), res_attrs = [{jax.result_info = "result[0]"}, {jax.result_info = "result[1]"}, {jax.result_info = "result[2]"}, {jax.result_info = "result[3]"}, {jax.result_info = "result[4]"}, {jax.result_info = "result[5]"}, {jax.result_info = "result[6]"}, {jax.result_info = "result[7]"}, {jax.result_info = "result[8]"}, {jax.result_info = "result[9]"}, {jax.result_info = "result[10]"}, {jax.result_info = "result[11]"}], sym_name = "main", sym_visibility = "public"}> ({
  ^bb0(%arg1: tensor<6xf32>, %arg2: tensor<6xf32>):
    %1 = "stablehlo.tan"(%arg1) : (tensor<6xf32>) -> tensor<6xf32>
    %2 = "stablehlo.exponential_minus_one"(%arg1) : (tensor<6xf32>) -> tensor<6xf32>
    %3 = "stablehlo.log_plus_one"(%arg1) : (tensor<6xf32>) -> tensor<6xf32>
    %4 = "stablehlo.cbrt"(%arg1) : (tensor<6xf32>) -> tensor<6xf32>
    %5 = "stablehlo.rsqrt"(%arg1) : (tensor<6xf32>) -> tensor<6xf32>
    %6 = "func.call"(%arg1) <{callee = @round}> : (tensor<6xf32>) -> tensor<6xf32>
    %7 = "stablehlo.sign"(%arg1) : (tensor<6xf32>) -> tensor<6xf32>
    %8 = "chlo.erf"(%arg1) : (tensor<6xf32>) -> tensor<6xf32>
    %9 = "chlo.erf_inv"(%arg1) : (tensor<6xf32>) -> tensor<6xf32>
    %10 = "stablehlo.atan2"(%arg1, %arg2) : (tensor<6xf32>, tensor<6xf32>) -> tensor<6xf32>
    %11 = "chlo.next_after"(%arg1, %arg2) : (tensor<6xf32>, tensor<6xf32>) -> tensor<6xf32>
    %12 = "stablehlo.exponential"(%arg1) : (tensor<6xf32>) -> tensor<6xf32>
    %13 = "stablehlo.exponential"(%arg1) <{result_accuracy = #stablehlo.result_accuracy<atol = 1.000000e-03, ulps = 1, mode = #stablehlo.result_accuracy_mode<TOLERANCE>>}> : (tensor<6xf32>) -> tensor<6xf32>
    "func.return"(%1, %2, %3, %4, %5, %6, %7, %8, %9, %10, %11, %13) : (tensor<6xf32>, tensor<6xf32>, tensor<6xf32>, tensor<6xf32>, tensor<6xf32>, tensor<6xf32>, tensor<6xf32>, tensor<6xf32>, tensor<6xf32>, tensor<6xf32>, tensor<6xf32>, tensor<6xf32>) -> ()
  }) : () -> ()
  "func.func"() <{arg_attrs = [{}], function_type = (tensor<6xf32>) -> tensor<6xf32>, res_attrs = [{}], sym_name = "round", sym_visibility = "private"}> ({
  ^bb0(%arg0: tensor<6xf32>):
    %0 = "stablehlo.round_nearest_even"(%arg0) : (tensor<6xf32>) -> tensor<6xf32>
    "func.return"(%0) : (tensor<6xf32>) -> ()
  }) : () -> ()
}) {mhlo.num_partitions = 1 : i32, mhlo.num_replicas = 1 : i32} : () -> ()
// ----- integers
#loc1 = loc("x")
#loc2 = loc("y")
module @jit_integers attributes {mhlo.num_partitions = 1 : i32, mhlo.num_replicas = 1 : i32} {
  func.func public @main(%arg0: tensor<6xi32> loc("x"), %arg1: tensor<6xi32> loc("y")) -> (tensor<6xi32> {jax.result_info = "result[0]"}, tensor<6xi32> {jax.result_info = "result[1]"}, tensor<6xi32> {jax.result_info = "result[2]"}, tensor<6xi32> {jax.result_info = "result[3]"}, tensor<6xi32> {jax.result_info = "result[4]"}, tensor<6xi32> {jax.result_info = "result[5]"}, tensor<6xi32> {jax.result_info = "result[6]"}, tensor<6xi32> {jax.result_info = "result[7]"}) {
    %0 = stablehlo.shift_left %arg0, %arg1 : tensor<6xi32> loc(#loc33)
    %1 = stablehlo.shift_right_arithmetic %arg0, %arg1 : tensor<6xi32> loc(#loc34)
    %2 = stablehlo.shift_right_logical %arg0, %arg1 : tensor<6xi32> loc(#loc35)
    %3 = stablehlo.and %arg0, %arg1 : tensor<6xi32> loc(#loc36)
    %4 = stablehlo.xor %arg0, %arg1 : tensor<6xi32> loc(#loc37)
    %5 = stablehlo.not %arg0 : tensor<6xi32> loc(#loc38)
    %6 = stablehlo.count_leading_zeros %arg0 : tensor<6xi32> loc(#loc39)
    %7 = stablehlo.popcnt %arg0 : tensor<6xi32> loc(#loc40)
    return %0, %1, %2, %3, %4, %5, %6, %7 : tensor<6xi32>, tensor<6xi32>, tensor<6xi32>, tensor<6xi32>, tensor<6xi32>, tensor<6xi32>, tensor<6xi32>, tensor<6xi32> loc(#loc32)
  } loc(#loc)
} loc(#loc)
#loc = loc(unknown)
#loc3 = loc("make_jax_texts.py":118:11 to :17)
#loc4 = loc("make_jax_texts.py":155:21 to :102)
#loc5 = loc("make_jax_texts.py":162:4 to :21)
#loc6 = loc("make_jax_texts.py":118:19 to :25)
#loc7 = loc("make_jax_texts.py":118:27 to :56)
#loc8 = loc("make_jax_texts.py":118:58 to :63)
#loc9 = loc("make_jax_texts.py":118:65 to :70)
#loc10 = loc("make_jax_texts.py":118:72 to :74)
#loc11 = loc("make_jax_texts.py":118:76 to :86)
#loc12 = loc("make_jax_texts.py":118:88 to :111)
#loc13 = loc("integers"(#loc3))
#loc14 = loc("main"(#loc4))
#loc15 = loc("<module>"(#loc5))
#loc16 = loc("integers"(#loc6))
#loc17 = loc("integers"(#loc7))
#loc18 = loc("integers"(#loc8))
#loc19 = loc("integers"(#loc9))
#loc20 = loc("integers"(#loc10))
#loc21 = loc("integers"(#loc11))
#loc22 = loc("integers"(#loc12))
#loc23 = loc(callsite(#loc14 at #loc15))
#loc24 = loc(callsite(#loc13 at #loc23))
#loc25 = loc(callsite(#loc16 at #loc23))
#loc26 = loc(callsite(#loc17 at #loc23))
#loc27 = loc(callsite(#loc18 at #loc23))
#loc28 = loc(callsite(#loc19 at #loc23))
#loc29 = loc(callsite(#loc20 at #loc23))
#loc30 = loc(callsite(#loc21 at #loc23))
#loc31 = loc(callsite(#loc22 at #loc23))
#loc32 = loc("jit(integers)"(#loc23))
#loc33 = loc("jit(integers)/shift_left"(#loc24))
#loc34 = loc("jit(integers)/shift_right_arithmetic"(#loc25))
#loc35 = loc("jit(integers)/shift_right_logical"(#loc26))
#loc36 = loc("jit(integers)/and"(#loc27))
#loc37 = loc("jit(integers)/xor"(#loc28))
#loc38 = loc("jit(integers)/not"(#loc29))
#loc39 = loc("jit(integers)/clz"(#loc30))
#loc40 = loc("jit(integers)/population_count"(#loc31))
// ----- integers generic
"builtin.module"() <{sym_name = "jit_integers"}> ({
  "func.func"() <{arg_attrs = [{}, {}], function_type = (tensor<6xi32>, tensor<6xi32>) -> (tensor<6xi32>, tensor<6xi32>, tensor<6xi32>, tensor<6xi32>, tensor<6xi32>, tensor<6xi32>, tensor<6xi32>, tensor<6xi32>), res_attrs = [{jax.result_info = "result[0]"}, {jax.result_info = "result[1]"}, {jax.result_info = "result[2]"}, {jax.result_info = "result[3]"}, {jax.result_info = "result[4]"}, {jax.result_info = "result[5]"}, {jax.result_info = "result[6]"}, {jax.result_info = "result[7]"}], sym_name = "main", sym_visibility = "public"}> ({
  ^bb0(%arg0: tensor<6xi32>, %arg1: tensor<6xi32>):
    %0 = "stablehlo.shift_left"(%arg0, %arg1) : (tensor<6xi32>, tensor<6xi32>) -> tensor<6xi32>
    %1 = "stablehlo.shift_right_arithmetic"(%arg0, %arg1) : (tensor<6xi32>, tensor<6xi32>) -> tensor<6xi32>
    %2 = "stablehlo.shift_right_logical"(%arg0, %arg1) : (tensor<6xi32>, tensor<6xi32>) -> tensor<6xi32>
    %3 = "stablehlo.and"(%arg0, %arg1) : (tensor<6xi32>, tensor<6xi32>) -> tensor<6xi32>
    %4 = "stablehlo.xor"(%arg0, %arg1) : (tensor<6xi32>, tensor<6xi32>) -> tensor<6xi32>
    %5 = "stablehlo.not"(%arg0) : (tensor<6xi32>) -> tensor<6xi32>
    %6 = "stablehlo.count_leading_zeros"(%arg0) : (tensor<6xi32>) -> tensor<6xi32>
    %7 = "stablehlo.popcnt"(%arg0) : (tensor<6xi32>) -> tensor<6xi32>
    "func.return"(%0, %1, %2, %3, %4, %5, %6, %7) : (tensor<6xi32>, tensor<6xi32>, tensor<6xi32>, tensor<6xi32>, tensor<6xi32>, tensor<6xi32>, tensor<6xi32>, tensor<6xi32>) -> ()
  }) : () -> ()
}) {mhlo.num_partitions = 1 : i32, mhlo.num_replicas = 1 : i32} : () -> ()
// ----- complexes
#loc1 = loc("x")
module @jit_complexes attributes {mhlo.num_partitions = 1 : i32, mhlo.num_replicas = 1 : i32} {
  func.func public @main(%arg0: tensor<6xcomplex<f32>> loc("x")) -> (tensor<6xcomplex<f32>> {jax.result_info = "result[0]"}, tensor<6xf32> {jax.result_info = "result[1]"}, tensor<6xf32> {jax.result_info = "result[2]"}, tensor<6xf32> {jax.result_info = "result[3]"}, tensor<2xcomplex<f32>> {jax.result_info = "result[4]"}) {
    %cst = stablehlo.constant dense<[(1.000000e+00,2.000000e+00), (0x7FC00000,0x7F800000)]> : tensor<2xcomplex<f32>> loc(#loc15)
    %0 = stablehlo.multiply %arg0, %arg0 : tensor<6xcomplex<f32>> loc(#loc20)
    %1 = stablehlo.real %arg0 : (tensor<6xcomplex<f32>>) -> tensor<6xf32> loc(#loc21)
    %2 = stablehlo.imag %arg0 : (tensor<6xcomplex<f32>>) -> tensor<6xf32> loc(#loc22)
    %3 = stablehlo.abs %arg0 : (tensor<6xcomplex<f32>>) -> tensor<6xf32> loc(#loc23)
    return %0, %1, %2, %3, %cst : tensor<6xcomplex<f32>>, tensor<6xf32>, tensor<6xf32>, tensor<6xf32>, tensor<2xcomplex<f32>> loc(#loc15)
  } loc(#loc)
} loc(#loc)
#loc = loc(unknown)
#loc2 = loc("make_jax_texts.py":155:21 to :102)
#loc3 = loc("make_jax_texts.py":162:4 to :21)
#loc4 = loc("make_jax_texts.py":123:11 to :16)
#loc5 = loc("make_jax_texts.py":123:18 to :29)
#loc6 = loc("make_jax_texts.py":123:31 to :42)
#loc7 = loc("make_jax_texts.py":123:44 to :54)
#loc8 = loc("main"(#loc2))
#loc9 = loc("<module>"(#loc3))
#loc10 = loc("complexes"(#loc4))
#loc11 = loc("complexes"(#loc5))
#loc12 = loc("complexes"(#loc6))
#loc13 = loc("complexes"(#loc7))
#loc14 = loc(callsite(#loc8 at #loc9))
#loc15 = loc("jit(complexes)"(#loc14))
#loc16 = loc(callsite(#loc10 at #loc14))
#loc17 = loc(callsite(#loc11 at #loc14))
#loc18 = loc(callsite(#loc12 at #loc14))
#loc19 = loc(callsite(#loc13 at #loc14))
#loc20 = loc("jit(complexes)/mul"(#loc16))
#loc21 = loc("jit(complexes)/real"(#loc17))
#loc22 = loc("jit(complexes)/imag"(#loc18))
#loc23 = loc("jit(complexes)/abs"(#loc19))
// ----- complexes generic
"builtin.module"() <{sym_name = "jit_complexes"}> ({
  "func.func"() <{arg_attrs = [{}], function_type = (tensor<6xcomplex<f32>>) -> (tensor<6xcomplex<f32>>, tensor<6xf32>, tensor<6xf32>, tensor<6xf32>, tensor<2xcomplex<f32>>), res_attrs = [{jax.result_info = "result[0]"}, {jax.result_info = "result[1]"}, {jax.result_info = "result[2]"}, {jax.result_info = "result[3]"}, {jax.result_info = "result[4]"}], sym_name = "main", sym_visibility = "public"}> ({
  ^bb0(%arg0: tensor<6xcomplex<f32>>):
    %0 = "stablehlo.constant"() <{value = dense<[(1.000000e+00,2.000000e+00), (0x7FC00000,0x7F800000)]> : tensor<2xcomplex<f32>>}> : () -> tensor<2xcomplex<f32>>
    %1 = "stablehlo.multiply"(%arg0, %arg0) : (tensor<6xcomplex<f32>>, tensor<6xcomplex<f32>>) -> tensor<6xcomplex<f32>>
    %2 = "stablehlo.real"(%arg0) : (tensor<6xcomplex<f32>>) -> tensor<6xf32>
    %3 = "stablehlo.imag"(%arg0) : (tensor<6xcomplex<f32>>) -> tensor<6xf32>
    %4 = "stablehlo.abs"(%arg0) : (tensor<6xcomplex<f32>>) -> tensor<6xf32>
    "func.return"(%1, %2, %3, %4, %0) : (tensor<6xcomplex<f32>>, tensor<6xf32>, tensor<6xf32>, tensor<6xf32>, tensor<2xcomplex<f32>>) -> ()
  }) : () -> ()
}) {mhlo.num_partitions = 1 : i32, mhlo.num_replicas = 1 : i32} : () -> ()
// ----- constants
#loc1 = loc("x")
module @jit_constants attributes {mhlo.num_partitions = 1 : i32, mhlo.num_replicas = 1 : i32} {
  func.func public @main(%arg0: tensor<3x3xf32> loc("x")) -> (tensor<3x3xf32> {jax.result_info = "result[0]"}, tensor<101xf32> {jax.result_info = "result[1]"}, tensor<0x3xf32> {jax.result_info = "result[2]"}, tensor<2x3xf32> {jax.result_info = "result[3]"}, tensor<101xi1> {jax.result_info = "result[4]"}, tensor<3xi4> {jax.result_info = "result[5]"}, tensor<101xbf16> {jax.result_info = "result[6]"}, tensor<2xf8E5M2> {jax.result_info = "result[7]"}) {
    %cst = stablehlo.constant dense<[[0.000000e+00, 1.000000e+00, 2.000000e+00], [3.000000e+00, 4.000000e+00, 5.000000e+00], [6.000000e+00, 7.000000e+00, 8.000000e+00]]> : tensor<3x3xf32> loc(#loc9)
    %c = stablehlo.constant dense<[1, -2, 7]> : tensor<3xi4> loc(#loc9)
    %cst_0 = stablehlo.constant dense<"0x0000123E923EDB3E123F373F5B3F803F923FA53FB73FC93FDB3FEE3F0040094012401B4025402E4037404040494052405B4065406E4077408040854089408E40924097409B40A040A540A940AE40B240B740BB40C040C540C940CE40D240D740DB40E040E540E940EE40F240F740FB40004102410541074109410B410E41104112411541174119411B411E41204122412541274129412B412E41304132413541374139413B413E41404142414541474149414B414E41504152415541574159415B415E41604162416541"> : tensor<101xbf16> loc(#loc9)
    %cst_1 = stablehlo.constant dense<[5.000000e-01, 2.000000e+00]> : tensor<2xf8E5M2> loc(#loc9)
    %cst_2 = stablehlo.constant dense<"0x000000000000803F0000004000004040000080400000A0400000C0400000E0400000004100001041000020410000304100004041000050410000604100007041000080410000884100009041000098410000A0410000A8410000B0410000B8410000C0410000C8410000D0410000D8410000E0410000E8410000F0410000F84100000042000004420000084200000C4200001042000014420000184200001C4200002042000024420000284200002C4200003042000034420000384200003C4200004042000044420000484200004C4200005042000054420000584200005C4200006042000064420000684200006C4200007042000074420000784200007C42000080420000824200008442000086420000884200008A4200008C4200008E42000090420000924200009442000096420000984200009A4200009C4200009E420000A0420000A2420000A4420000A6420000A8420000AA420000AC420000AE420000B0420000B2420000B4420000B6420000B8420000BA420000BC420000BE420000C0420000C2420000C4420000C6420000C842"> : tensor<101xf32> loc(#loc9)
    %cst_3 = stablehlo.constant dense<> : tensor<0x3xf32> loc(#loc9)
    %cst_4 = stablehlo.constant dense<0x7F800000> : tensor<2x3xf32> loc(#loc9)
    %c_5 = stablehlo.constant dense<"0x0100000100000100000100000100000100000100000100000100000100000100000100000100000100000100000100000100000100000100000100000100000100000100000100000100000100000100000100000100000100000100000100000100000100"> : tensor<101xi1> loc(#loc9)
    %0 = stablehlo.add %arg0, %cst : tensor<3x3xf32> loc(#loc11)
    return %0, %cst_2, %cst_3, %cst_4, %c_5, %c, %cst_0, %cst_1 : tensor<3x3xf32>, tensor<101xf32>, tensor<0x3xf32>, tensor<2x3xf32>, tensor<101xi1>, tensor<3xi4>, tensor<101xbf16>, tensor<2xf8E5M2> loc(#loc9)
  } loc(#loc)
} loc(#loc)
#loc = loc(unknown)
#loc2 = loc("make_jax_texts.py":155:21 to :102)
#loc3 = loc("make_jax_texts.py":162:4 to :21)
#loc4 = loc("make_jax_texts.py":128:12 to :60)
#loc5 = loc("main"(#loc2))
#loc6 = loc("<module>"(#loc3))
#loc7 = loc("constants"(#loc4))
#loc8 = loc(callsite(#loc5 at #loc6))
#loc9 = loc("jit(constants)"(#loc8))
#loc10 = loc(callsite(#loc7 at #loc8))
#loc11 = loc("jit(constants)/add"(#loc10))
// ----- constants generic
"builtin.module"() <{sym_name = "jit_constants"}> ({
  "func.func"() <{arg_attrs = [{}], function_type = (tensor<3x3xf32>) -> (tensor<3x3xf32>, tensor<101xf32>, tensor<0x3xf32>, tensor<2x3xf32>, tensor<101xi1>, tensor<3xi4>, tensor<101xbf16>, tensor<2xf8E5M2>), res_attrs = [{jax.result_info = "result[0]"}, {jax.result_info = "result[1]"}, {jax.result_info = "result[2]"}, {jax.result_info = "result[3]"}, {jax.result_info = "result[4]"}, {jax.result_info = "result[5]"}, {jax.result_info = "result[6]"}, {jax.result_info = "result[7]"}], sym_name = "main", sym_visibility = "public"}> ({
  ^bb0(%arg0: tensor<3x3xf32>):
    %0 = "stablehlo.constant"() <{value = dense<[[0.000000e+00, 1.000000e+00, 2.000000e+00], [3.000000e+00, 4.000000e+00, 5.000000e+00], [6.000000e+00, 7.000000e+00, 8.000000e+00]]> : tensor<3x3xf32>}> : () -> tensor<3x3xf32>
    %1 = "stablehlo.constant"() <{value = dense<[1, -2, 7]> : tensor<3xi4>}> : () -> tensor<3xi4>
    %2 = "stablehlo.constant"() <{value = dense<"0x0000123E923EDB3E123F373F5B3F803F923FA53FB73FC93FDB3FEE3F0040094012401B4025402E4037404040494052405B4065406E4077408040854089408E40924097409B40A040A540A940AE40B240B740BB40C040C540C940CE40D240D740DB40E040E540E940EE40F240F740FB40004102410541074109410B410E41104112411541174119411B411E41204122412541274129412B412E41304132413541374139413B413E41404142414541474149414B414E41504152415541574159415B415E41604162416541"> : tensor<101xbf16>}> : () -> tensor<101xbf16>
    %3 = "stablehlo.constant"() <{value = dense<[5.000000e-01, 2.000000e+00]> : tensor<2xf8E5M2>}> : () -> tensor<2xf8E5M2>
    %4 = "stablehlo.constant"() <{value = dense<"0x000000000000803F0000004000004040000080400000A0400000C0400000E0400000004100001041000020410000304100004041000050410000604100007041000080410000884100009041000098410000A0410000A8410000B0410000B8410000C0410000C8410000D0410000D8410000E0410000E8410000F0410000F84100000042000004420000084200000C4200001042000014420000184200001C4200002042000024420000284200002C4200003042000034420000384200003C4200004042000044420000484200004C4200005042000054420000584200005C4200006042000064420000684200006C4200007042000074420000784200007C42000080420000824200008442000086420000884200008A4200008C4200008E42000090420000924200009442000096420000984200009A4200009C4200009E420000A0420000A2420000A4420000A6420000A8420000AA420000AC420000AE420000B0420000B2420000B4420000B6420000B8420000BA420000BC420000BE420000C0420000C2420000C4420000C6420000C842"> : tensor<101xf32>}> : () -> tensor<101xf32>
    %5 = "stablehlo.constant"() <{value = dense<> : tensor<0x3xf32>}> : () -> tensor<0x3xf32>
    %6 = "stablehlo.constant"() <{value = dense<0x7F800000> : tensor<2x3xf32>}> : () -> tensor<2x3xf32>
    %7 = "stablehlo.constant"() <{value = dense<"0x0100000100000100000100000100000100000100000100000100000100000100000100000100000100000100000100000100000100000100000100000100000100000100000100000100000100000100000100000100000100000100000100000100000100"> : tensor<101xi1>}> : () -> tensor<101xi1>
    %8 = "stablehlo.add"(%arg0, %0) : (tensor<3x3xf32>, tensor<3x3xf32>) -> tensor<3x3xf32>
    "func.return"(%8, %4, %5, %6, %7, %1, %2, %3) : (tensor<3x3xf32>, tensor<101xf32>, tensor<0x3xf32>, tensor<2x3xf32>, tensor<101xi1>, tensor<3xi4>, tensor<101xbf16>, tensor<2xf8E5M2>) -> ()
  }) : () -> ()
}) {mhlo.num_partitions = 1 : i32, mhlo.num_replicas = 1 : i32} : () -> ()
// ----- shapes
#loc = loc(unknown)
#loc1 = loc("x")
module @jit_shapes attributes {mhlo.num_partitions = 1 : i32, mhlo.num_replicas = 1 : i32} {
  func.func public @main(%arg0: tensor<3x3xf32> loc("x")) -> (tensor<3x3xf32> {jax.result_info = "result[0][0]"}, tensor<3x3xf32> {jax.result_info = "result[0][1]"}, tensor<3x3xf32> {jax.result_info = "result[1]"}, tensor<3x3xf32> {jax.result_info = "result[2]"}, tensor<9xf32> {jax.result_info = "result[3]"}, tensor<3x6xf32> {jax.result_info = "result[4]"}, tensor<2x2xf32> {jax.result_info = "result[5]"}, tensor<3x3xi32> {jax.result_info = "result[6]"}, tensor<3x3xf32> {jax.result_info = "result[7]"}, tensor<3x3xf32> {jax.result_info = "result[8]"}, tensor<7x5xf32> {jax.result_info = "result[9]"}) {
    %cst = stablehlo.constant dense<1.000000e+00> : tensor<f32> loc(#loc38)
    %0 = stablehlo.broadcast_in_dim %cst, dims = [] : (tensor<f32>) -> tensor<3x3xf32> loc(#loc52)
    %1 = stablehlo.add %arg0, %0 : tensor<3x3xf32> loc(#loc52)
    %2:2 = stablehlo.optimization_barrier %arg0, %1 : tensor<3x3xf32>, tensor<3x3xf32> loc(#loc53)
    %3 = stablehlo.reduce_precision %arg0, format = e5m10 : tensor<3x3xf32> loc(#loc54)
    %4 = stablehlo.reverse %arg0, dims = [0] : tensor<3x3xf32> loc(#loc55)
    %5 = stablehlo.transpose %arg0, dims = [1, 0] : (tensor<3x3xf32>) -> tensor<3x3xf32> loc(#loc56)
    %6 = stablehlo.reshape %5 : (tensor<3x3xf32>) -> tensor<9xf32> loc(#loc57)
    %7 = stablehlo.concatenate %arg0, %arg0, dim = 1 : (tensor<3x3xf32>, tensor<3x3xf32>) -> tensor<3x6xf32> loc(#loc58)
    %8 = stablehlo.slice %arg0 [0:3:2, 1:3] : (tensor<3x3xf32>) -> tensor<2x2xf32> loc(#loc59)
    %9 = stablehlo.bitcast_convert %arg0 : (tensor<3x3xf32>) -> tensor<3x3xi32> loc(#loc60)
    %c = stablehlo.constant dense<0> : tensor<i32> loc(#loc38)
    %c_0 = stablehlo.constant dense<1> : tensor<i32> loc(#loc38)
    %10 = call @clip(%arg0, %c, %c_0) : (tensor<3x3xf32>, tensor<i32>, tensor<i32>) -> tensor<3x3xf32> loc(#loc61)
    %cst_1 = stablehlo.constant dense<0.000000e+00> : tensor<f32> loc(#loc38)
    %11 = stablehlo.broadcast_in_dim %cst_1, dims = [] : (tensor<f32>) -> tensor<3x3xf32> loc(#loc62)
    %12 = stablehlo.compare GT, %arg0, %11, FLOAT : (tensor<3x3xf32>, tensor<3x3xf32>) -> tensor<3x3xi1> loc(#loc62)
    %c_2 = stablehlo.constant dense<0> : tensor<i32> loc(#loc38)
    %13 = call @_where(%12, %arg0, %c_2) : (tensor<3x3xi1>, tensor<3x3xf32>, tensor<i32>) -> tensor<3x3xf32> loc(#loc63)
    %cst_3 = stablehlo.constant dense<0.000000e+00> : tensor<f32> loc(#loc38)
    %14 = stablehlo.pad %arg0, %cst_3, low = [1, 0], high = [-1, 0], interior = [2, 1] : (tensor<3x3xf32>, tensor<f32>) -> tensor<7x5xf32> loc(#loc64)
    return %2#0, %2#1, %3, %4, %6, %7, %8, %9, %10, %13, %14 : tensor<3x3xf32>, tensor<3x3xf32>, tensor<3x3xf32>, tensor<3x3xf32>, tensor<9xf32>, tensor<3x6xf32>, tensor<2x2xf32>, tensor<3x3xi32>, tensor<3x3xf32>, tensor<3x3xf32>, tensor<7x5xf32> loc(#loc38)
  } loc(#loc)
  func.func private @clip(%arg0: tensor<3x3xf32> loc(unknown), %arg1: tensor<i32> loc(unknown), %arg2: tensor<i32> loc(unknown)) -> tensor<3x3xf32> {
    %0 = stablehlo.convert %arg1 : (tensor<i32>) -> tensor<f32> loc(#loc17)
    %1 = stablehlo.broadcast_in_dim %0, dims = [] : (tensor<f32>) -> tensor<3x3xf32> loc(#loc18)
    %2 = stablehlo.maximum %1, %arg0 : tensor<3x3xf32> loc(#loc18)
    %3 = stablehlo.convert %arg2 : (tensor<i32>) -> tensor<f32> loc(#loc17)
    %4 = stablehlo.broadcast_in_dim %3, dims = [] : (tensor<f32>) -> tensor<3x3xf32> loc(#loc19)
    %5 = stablehlo.minimum %4, %2 : tensor<3x3xf32> loc(#loc19)
    return %5 : tensor<3x3xf32> loc(#loc)
  } loc(#loc67)
  func.func private @_where(%arg0: tensor<3x3xi1> loc(unknown), %arg1: tensor<3x3xf32> loc(unknown), %arg2: tensor<i32> loc(unknown)) -> tensor<3x3xf32> {
    %0 = stablehlo.convert %arg2 : (tensor<i32>) -> tensor<f32> loc(#loc17)
    %1 = stablehlo.broadcast_in_dim %0, dims = [] : (tensor<f32>) -> tensor<3x3xf32> loc(#loc20)
    %2 = stablehlo.select %arg0, %arg1, %1 : tensor<3x3xi1>, tensor<3x3xf32> loc(#loc21)
    return %2 : tensor<3x3xf32> loc(#loc)
  } loc(#loc68)
} loc(#loc)
#loc2 = loc("make_jax_texts.py":155:21 to :102)
#loc3 = loc("make_jax_texts.py":162:4 to :21)
#loc4 = loc("make_jax_texts.py":135:41 to :46)
#loc5 = loc("make_jax_texts.py":135:12 to :48)
#loc6 = loc("make_jax_texts.py":135:50 to :80)
#loc7 = loc("make_jax_texts.py":135:82 to :98)
#loc8 = loc("make_jax_texts.py":135:100 to :103)
#loc9 = loc("make_jax_texts.py":135:100 to :115)
#loc10 = loc("make_jax_texts.py":136:12 to :38)
#loc11 = loc("make_jax_texts.py":136:40 to :50)
#loc12 = loc("make_jax_texts.py":136:52 to :90)
#loc13 = loc("make_jax_texts.py":136:92 to :109)
#loc14 = loc("make_jax_texts.py":137:22 to :27)
#loc15 = loc("make_jax_texts.py":137:12 to :34)
#loc16 = loc("make_jax_texts.py":137:36 to :75)
#loc17 = loc("convert_element_type")
#loc18 = loc("max")
#loc19 = loc("min")
#loc20 = loc("broadcast_in_dim")
#loc21 = loc("select_n")
#loc22 = loc("main"(#loc2))
#loc23 = loc("<module>"(#loc3))
#loc24 = loc("shapes"(#loc4))
#loc25 = loc("shapes"(#loc5))
#loc26 = loc("shapes"(#loc6))
#loc27 = loc("shapes"(#loc7))
#loc28 = loc("shapes"(#loc8))
#loc29 = loc("shapes"(#loc9))
#loc30 = loc("shapes"(#loc10))
#loc31 = loc("shapes"(#loc11))
#loc32 = loc("shapes"(#loc12))
#loc33 = loc("shapes"(#loc13))
#loc34 = loc("shapes"(#loc14))
#loc35 = loc("shapes"(#loc15))
#loc36 = loc("shapes"(#loc16))
#loc37 = loc(callsite(#loc22 at #loc23))
#loc38 = loc("jit(shapes)"(#loc37))
#loc39 = loc(callsite(#loc24 at #loc37))
#loc40 = loc(callsite(#loc25 at #loc37))
#loc41 = loc(callsite(#loc26 at #loc37))
#loc42 = loc(callsite(#loc27 at #loc37))
#loc43 = loc(callsite(#loc28 at #loc37))
#loc44 = loc(callsite(#loc29 at #loc37))
#loc45 = loc(callsite(#loc30 at #loc37))
#loc46 = loc(callsite(#loc31 at #loc37))
#loc47 = loc(callsite(#loc32 at #loc37))
#loc48 = loc(callsite(#loc33 at #loc37))
#loc49 = loc(callsite(#loc34 at #loc37))
#loc50 = loc(callsite(#loc35 at #loc37))
#loc51 = loc(callsite(#loc36 at #loc37))
#loc52 = loc("jit(shapes)/add"(#loc39))
#loc53 = loc("jit(shapes)/optimization_barrier"(#loc40))
#loc54 = loc("jit(shapes)/reduce_precision"(#loc41))
#loc55 = loc("jit(shapes)/rev"(#loc42))
#loc56 = loc("jit(shapes)/transpose"(#loc43))
#loc57 = loc("jit(shapes)/reshape"(#loc44))
#loc58 = loc("jit(shapes)/concatenate"(#loc45))
#loc59 = loc("jit(shapes)/slice"(#loc46))
#loc60 = loc("jit(shapes)/bitcast_convert_type"(#loc47))
#loc61 = loc("jit(shapes)/jit(clip)"(#loc48))
#loc62 = loc("jit(shapes)/gt"(#loc49))
#loc63 = loc("jit(shapes)/jit(_where)"(#loc50))
#loc64 = loc("jit(shapes)/pad"(#loc51))
#loc65 = loc("jit(shapes)/jit"(#loc48))
#loc66 = loc("jit(shapes)/jit"(#loc50))
#loc67 = loc("jit:"(#loc65))
#loc68 = loc("jit:"(#loc66))
// ----- shapes generic
"builtin.module"() <{sym_name = "jit_shapes"}> ({
  "func.func"() <{arg_attrs = [{}], function_type = (tensor<3x3xf32>) -> (tensor<3x3xf32>, tensor<3x3xf32>, tensor<3x3xf32>, tensor<3x3xf32>, tensor<9xf32>, tensor<3x6xf32>, tensor<2x2xf32>, tensor<3x3xi32>, tensor<3x3xf32>, tensor<3x3xf32>, tensor<7x5xf32>), res_attrs = [{jax.result_info = "result[0][0]"}, {jax.result_info = "result[0][1]"}, {jax.result_info = "result[1]"}, {jax.result_info = "result[2]"}, {jax.result_info = "result[3]"}, {jax.result_info = "result[4]"}, {jax.result_info = "result[5]"}, {jax.result_info = "result[6]"}, {jax.result_info = "result[7]"}, {jax.result_info = "result[8]"}, {jax.result_info = "result[9]"}], sym_name = "main", sym_visibility = "public"}> ({
  ^bb0(%arg6: tensor<3x3xf32>):
    %9 = "stablehlo.constant"() <{value = dense<1.000000e+00> : tensor<f32>}> : () -> tensor<f32>
    %10 = "stablehlo.broadcast_in_dim"(%9) <{broadcast_dimensions = array<i64>}> : (tensor<f32>) -> tensor<3x3xf32>
    %11 = "stablehlo.add"(%arg6, %10) : (tensor<3x3xf32>, tensor<3x3xf32>) -> tensor<3x3xf32>
    %12:2 = "stablehlo.optimization_barrier"(%arg6, %11) : (tensor<3x3xf32>, tensor<3x3xf32>) -> (tensor<3x3xf32>, tensor<3x3xf32>)
    %13 = "stablehlo.reduce_precision"(%arg6) <{exponent_bits = 5 : i32, mantissa_bits = 10 : i32}> : (tensor<3x3xf32>) -> tensor<3x3xf32>
    %14 = "stablehlo.reverse"(%arg6) <{dimensions = array<i64: 0>}> : (tensor<3x3xf32>) -> tensor<3x3xf32>
    %15 = "stablehlo.transpose"(%arg6) <{permutation = array<i64: 1, 0>}> : (tensor<3x3xf32>) -> tensor<3x3xf32>
    %16 = "stablehlo.reshape"(%15) : (tensor<3x3xf32>) -> tensor<9xf32>
    %17 = "stablehlo.concatenate"(%arg6, %arg6) <{dimension = 1 : i64}> : (tensor<3x3xf32>, tensor<3x3xf32>) -> tensor<3x6xf32>
    %18 = "stablehlo.slice"(%arg6) <{limit_indices = array<i64: 3, 3>, start_indices = array<i64: 0, 1>, strides = array<i64: 2, 1>}> : (tensor<3x3xf32>) -> tensor<2x2xf32>
    %19 = "stablehlo.bitcast_convert"(%arg6) : (tensor<3x3xf32>) -> tensor<3x3xi32>
    %20 = "stablehlo.constant"() <{value = dense<0> : tensor<i32>}> : () -> tensor<i32>
    %21 = "stablehlo.constant"() <{value = dense<1> : tensor<i32>}> : () -> tensor<i32>
    %22 = "func.call"(%arg6, %20, %21) <{callee = @clip}> : (tensor<3x3xf32>, tensor<i32>, tensor<i32>) -> tensor<3x3xf32>
    %23 = "stablehlo.constant"() <{value = dense<0.000000e+00> : tensor<f32>}> : () -> tensor<f32>
    %24 = "stablehlo.broadcast_in_dim"(%23) <{broadcast_dimensions = array<i64>}> : (tensor<f32>) -> tensor<3x3xf32>
    %25 = "stablehlo.compare"(%arg6, %24) <{compare_type = #stablehlo<comparison_type FLOAT>, comparison_direction = #stablehlo<comparison_direction GT>}> : (tensor<3x3xf32>, tensor<3x3xf32>) -> tensor<3x3xi1>
    %26 = "stablehlo.constant"() <{value = dense<0> : tensor<i32>}> : () -> tensor<i32>
    %27 = "func.call"(%25, %arg6, %26) <{callee = @_where}> : (tensor<3x3xi1>, tensor<3x3xf32>, tensor<i32>) -> tensor<3x3xf32>
    %28 = "stablehlo.constant"() <{value = dense<0.000000e+00> : tensor<f32>}> : () -> tensor<f32>
    %29 = "stablehlo.pad"(%arg6, %28) <{edge_padding_high = array<i64: -1, 0>, edge_padding_low = array<i64: 1, 0>, interior_padding = array<i64: 2, 1>}> : (tensor<3x3xf32>, tensor<f32>) -> tensor<7x5xf32>
    "func.return"(%12#0, %12#1, %13, %14, %16, %17, %18, %19, %22, %27, %29) : (tensor<3x3xf32>, tensor<3x3xf32>, tensor<3x3xf32>, tensor<3x3xf32>, tensor<9xf32>, tensor<3x6xf32>, tensor<2x2xf32>, tensor<3x3xi32>, tensor<3x3xf32>, tensor<3x3xf32>, tensor<7x5xf32>) -> ()
  }) : () -> ()
  "func.func"() <{arg_attrs = [{}, {}, {}], function_type = (tensor<3x3xf32>, tensor<i32>, tensor<i32>) -> tensor<3x3xf32>, res_attrs = [{}], sym_name = "clip", sym_visibility = "private"}> ({
  ^bb0(%arg3: tensor<3x3xf32>, %arg4: tensor<i32>, %arg5: tensor<i32>):
    %3 = "stablehlo.convert"(%arg4) : (tensor<i32>) -> tensor<f32>
    %4 = "stablehlo.broadcast_in_dim"(%3) <{broadcast_dimensions = array<i64>}> : (tensor<f32>) -> tensor<3x3xf32>
    %5 = "stablehlo.maximum"(%4, %arg3) : (tensor<3x3xf32>, tensor<3x3xf32>) -> tensor<3x3xf32>
    %6 = "stablehlo.convert"(%arg5) : (tensor<i32>) -> tensor<f32>
    %7 = "stablehlo.broadcast_in_dim"(%6) <{broadcast_dimensions = array<i64>}> : (tensor<f32>) -> tensor<3x3xf32>
    %8 = "stablehlo.minimum"(%7, %5) : (tensor<3x3xf32>, tensor<3x3xf32>) -> tensor<3x3xf32>
    "func.return"(%8) : (tensor<3x3xf32>) -> ()
  }) : () -> ()
  "func.func"() <{arg_attrs = [{}, {}, {}], function_type = (tensor<3x3xi1>, tensor<3x3xf32>, tensor<i32>) -> tensor<3x3xf32>, res_attrs = [{}], sym_name = "_where", sym_visibility = "private"}> ({
  ^bb0(%arg0: tensor<3x3xi1>, %arg1: tensor<3x3xf32>, %arg2: tensor<i32>):
    %0 = "stablehlo.convert"(%arg2) : (tensor<i32>) -> tensor<f32>
    %1 = "stablehlo.broadcast_in_dim"(%0) <{broadcast_dimensions = array<i64>}> : (tensor<f32>) -> tensor<3x3xf32>
    %2 = "stablehlo.select"(%arg0, %arg1, %1) : (tensor<3x3xi1>, tensor<3x3xf32>, tensor<3x3xf32>) -> tensor<3x3xf32>
    "func.return"(%2) : (tensor<3x3xf32>) -> ()
  }) : () -> ()
}) {mhlo.num_partitions = 1 : i32, mhlo.num_replicas = 1 : i32} : () -> ()
// ----- composite
#loc = loc(unknown)
#loc1 = loc("x")
module @jit_composite attributes {mhlo.num_partitions = 1 : i32, mhlo.num_replicas = 1 : i32} {
  func.func public @main(%arg0: tensor<3x3xf32> loc("x")) -> (tensor<3x3xf32> {jax.result_info = "result"}) {
    %0 = stablehlo.composite "my.scale" %arg0 {composite_attributes = {n = 2.000000e+00 : f32}, decomposition = @my.scale, version = 3 : i32} : (tensor<3x3xf32>) -> tensor<3x3xf32> loc(#loc16)
    return %0 : tensor<3x3xf32> loc(#loc15)
  } loc(#loc)
  func.func private @my.scale(%arg0: tensor<3x3xf32> loc(unknown)) -> tensor<3x3xf32> {
    %cst = stablehlo.constant dense<2.000000e+00> : tensor<f32> loc(#loc)
    %0 = stablehlo.broadcast_in_dim %cst, dims = [] : (tensor<f32>) -> tensor<3x3xf32> loc(#loc13)
    %1 = stablehlo.multiply %arg0, %0 : tensor<3x3xf32> loc(#loc13)
    return %1 : tensor<3x3xf32> loc(#loc)
  } loc(#loc10)
} loc(#loc)
#loc2 = loc("make_jax_texts.py":142:11 to :92)
#loc3 = loc("make_jax_texts.py":155:21 to :102)
#loc4 = loc("make_jax_texts.py":162:4 to :21)
#loc5 = loc("composite")
#loc6 = loc("make_jax_texts.py":142:41 to :46)
#loc7 = loc("composite"(#loc2))
#loc8 = loc("main"(#loc3))
#loc9 = loc("<module>"(#loc4))
#loc10 = loc("composite:"(#loc5))
#loc11 = loc("composite.<locals>.<lambda>"(#loc6))
#loc12 = loc(callsite(#loc8 at #loc9))
#loc13 = loc("mul"(#loc11))
#loc14 = loc(callsite(#loc7 at #loc12))
#loc15 = loc("jit(composite)"(#loc12))
#loc16 = loc("jit(composite)/composite"(#loc14))
// ----- composite generic
"builtin.module"() <{sym_name = "jit_composite"}> ({
  "func.func"() <{arg_attrs = [{}], function_type = (tensor<3x3xf32>) -> tensor<3x3xf32>, res_attrs = [{jax.result_info = "result"}], sym_name = "main", sym_visibility = "public"}> ({
  ^bb0(%arg1: tensor<3x3xf32>):
    %3 = "stablehlo.composite"(%arg1) <{composite_attributes = {n = 2.000000e+00 : f32}, decomposition = @my.scale, name = "my.scale", version = 3 : i32}> : (tensor<3x3xf32>) -> tensor<3x3xf32>
    "func.return"(%3) : (tensor<3x3xf32>) -> ()
  }) : () -> ()
  "func.func"() <{function_type = (tensor<3x3xf32>) -> tensor<3x3xf32>, res_attrs = [{}], sym_name = "my.scale", sym_visibility = "private"}> ({
  ^bb0(%arg0: tensor<3x3xf32>):
    %0 = "stablehlo.constant"() <{value = dense<2.000000e+00> : tensor<f32>}> : () -> tensor<f32>
    %1 = "stablehlo.broadcast_in_dim"(%0) <{broadcast_dimensions = array<i64>}> : (tensor<f32>) -> tensor<3x3xf32>
    %2 = "stablehlo.multiply"(%arg0, %1) : (tensor<3x3xf32>, tensor<3x3xf32>) -> tensor<3x3xf32>
    "func.return"(%2) : (tensor<3x3xf32>) -> ()
  }) : () -> ()
}) {mhlo.num_partitions = 1 : i32, mhlo.num_replicas = 1 : i32} : () -> ()
// ----- dot_algorithm
#loc1 = loc("x")
#loc2 = loc("y")
module @jit_dot_algorithm attributes {mhlo.num_partitions = 1 : i32, mhlo.num_replicas = 1 : i32} {
  func.func public @main(%arg0: tensor<5x6xf32> loc("x"), %arg1: tensor<6x7xf32> loc("y")) -> (tensor<5x7xf32> {jax.result_info = "result[0]"}, tensor<5x7xf32> {jax.result_info = "result[1]"}) {
    %0 = stablehlo.dot_general %arg0, %arg1, contracting_dims = [1] x [0], precision = [DEFAULT, DEFAULT], algorithm = <lhs_precision_type = bf16, rhs_precision_type = bf16, accumulation_type = f32, lhs_component_count = 1, rhs_component_count = 1, num_primitive_operations = 3, allow_imprecise_accumulation = false> : (tensor<5x6xf32>, tensor<6x7xf32>) -> tensor<5x7xf32> loc(#loc15)
    %1 = stablehlo.dot_general %arg0, %arg1, contracting_dims = [1] x [0], precision = [HIGHEST, HIGHEST] : (tensor<5x6xf32>, tensor<6x7xf32>) -> tensor<5x7xf32> loc(#loc16)
    return %0, %1 : tensor<5x7xf32>, tensor<5x7xf32> loc(#loc14)
  } loc(#loc)
} loc(#loc)
#loc = loc(unknown)
#loc3 = loc("make_jax_texts.py":147:11 to :75)
#loc4 = loc("make_jax_texts.py":155:21 to :102)
#loc5 = loc("make_jax_texts.py":162:4 to :21)
#loc6 = loc("make_jax_texts.py":147:77 to :111)
#loc7 = loc("dot_algorithm"(#loc3))
#loc8 = loc("main"(#loc4))
#loc9 = loc("<module>"(#loc5))
#loc10 = loc("dot_algorithm"(#loc6))
#loc11 = loc(callsite(#loc8 at #loc9))
#loc12 = loc(callsite(#loc7 at #loc11))
#loc13 = loc(callsite(#loc10 at #loc11))
#loc14 = loc("jit(dot_algorithm)"(#loc11))
#loc15 = loc("jit(dot_algorithm)/dot_general"(#loc12))
#loc16 = loc("jit(dot_algorithm)/dot_general"(#loc13))
// ----- dot_algorithm generic
"builtin.module"() <{sym_name = "jit_dot_algorithm"}> ({
  "func.func"() <{arg_attrs = [{}, {}], function_type = (tensor<5x6xf32>, tensor<6x7xf32>) -> (tensor<5x7xf32>, tensor<5x7xf32>), res_attrs = [{jax.result_info = "result[0]"}, {jax.result_info = "result[1]"}], sym_name = "main", sym_visibility = "public"}> ({
  ^bb0(%arg0: tensor<5x6xf32>, %arg1: tensor<6x7xf32>):
    %0 = "stablehlo.dot_general"(%arg0, %arg1) <{algorithm = #stablehlo.dot_algorithm<lhs_precision_type = bf16, rhs_precision_type = bf16, accumulation_type = f32, lhs_component_count = 1, rhs_component_count = 1, num_primitive_operations = 3, allow_imprecise_accumulation = false>, dot_dimension_numbers = #stablehlo.dot<lhs_contracting_dimensions = [1], rhs_contracting_dimensions = [0]>, precision_config = [#stablehlo<precision DEFAULT>, #stablehlo<precision DEFAULT>]}> : (tensor<5x6xf32>, tensor<6x7xf32>) -> tensor<5x7xf32>
    %1 = "stablehlo.dot_general"(%arg0, %arg1) <{dot_dimension_numbers = #stablehlo.dot<lhs_contracting_dimensions = [1], rhs_contracting_dimensions = [0]>, precision_config = [#stablehlo<precision HIGHEST>, #stablehlo<precision HIGHEST>]}> : (tensor<5x6xf32>, tensor<6x7xf32>) -> tensor<5x7xf32>
    "func.return"(%0, %1) : (tensor<5x7xf32>, tensor<5x7xf32>) -> ()
  }) : () -> ()
}) {mhlo.num_partitions = 1 : i32, mhlo.num_replicas = 1 : i32} : () -> ()
